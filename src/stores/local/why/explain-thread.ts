import type { HistoryPosition } from '../../../protocol/rollout-item.js'
import type { RolloutId, ThreadId } from '../../../protocol/thread-id.js'
import { type HomeThread, rowPath } from '../home-index.js'
import { stampOf } from '../home/file-stamp.js'
import { writerLockHolder } from '../home/held-locks.js'
import type { RolloutEntry } from '../home/rollout-tree.js'
import type { OpenHome } from '../open-home.js'
import { checkDatabases } from '../scan/database-checks.js'
import { interruptedMigrations, unreachableFolders } from '../scan/folder-checks.js'
import type { HomeFinding } from '../scan/home-findings.js'
import { RunningScan } from '../scan/running-scan.js'
import { configuredProvider, filteredOut } from './list-filters.js'

/** A file of a thread. */
export interface ExplainedRollout {
  readonly rolloutId: RolloutId
  /** Place inside the home. */
  readonly file: string
  readonly bytes: number
  readonly compressed: boolean
  readonly archived: boolean
  /** Whether the thread ends with it. */
  readonly current: boolean
}

/** A rollout of another thread, or an older one of this, in which the history begins. */
export interface ExplainedBase {
  readonly position: HistoryPosition
  readonly threadId: ThreadId | null
  /** `null` when it is missing. */
  readonly file: string | null
}

/** Where a thread is, what is wrong with it, and why Codex may not show it. */
export interface ThreadExplanation {
  readonly threadId: ThreadId
  readonly name: string | null
  readonly preview: string | null
  readonly cwd: string | null
  readonly archived: boolean
  readonly rollouts: readonly ExplainedRollout[]
  /** Oldest last. */
  readonly lineage: readonly ExplainedBase[]
  /** What the state database says; `null` when it has no row. */
  readonly row: { readonly rolloutPath: string | null; readonly archived: boolean } | null
  /** The newest entry in `session_index.jsonl`, blank when it clears. */
  readonly indexName: string | null
  /** Who is writing the thread, where that can be known. */
  readonly writer: { readonly pid: number } | null
  /** Why lists of Codex may leave it out; none when nothing hides it. */
  readonly reasons: readonly HomeFinding[]
  /** What else is not as it should be. */
  readonly findings: readonly HomeFinding[]
}

/** Findings because of which some list of Codex, or all of them, leave a thread out. */
const hiding: ReadonlySet<string> = new Set([
  'ROW_MISSING',
  'ROLLOUT_MISSING',
  'ROW_PATH_STALE',
  'ROW_PATH_OUTSIDE',
  'ARCHIVE_MISMATCH',
  'NEVER_LISTED',
  'PREVIEW_MISSING',
  'MISPLACED_ROLLOUT',
  'FOLDER_UNREACHABLE',
  'UNREADABLE_ROLLOUT',
  'BOM',
  'EMPTY_ROLLOUT',
  'NO_SESSION_META',
  'UNKNOWN_HISTORY_MODE',
])

/** Codex makes the rows of a home without a readable database when it starts. */
const makesRows: ReadonlySet<string> = new Set(['DATABASE_MISSING', 'DATABASE_UNREADABLE'])

/** Explains a thread that the home knows by a file or a row. Reads its rollouts to their end. */
export async function explainThread(
  home: OpenHome,
  thread: HomeThread,
): Promise<ThreadExplanation> {
  const { threadId, row } = thread
  const current = await home.records.current(thread)
  const lineage = current === null ? [] : await basesOf(home, thread, current)
  const { findings, reasons } = await findingsOf(home, thread, lineage)
  const record = await home.records.summary(thread)
  return {
    threadId,
    name: record.name,
    preview: record.preview || null,
    cwd: record.cwd || null,
    archived: record.archivedAt !== null,
    rollouts: thread.rollouts.map((entry) => explainedRollout(entry, entry === current)),
    lineage: lineage.map(({ position, entry }) => ({
      position,
      threadId: entry?.threadId ?? null,
      file: entry?.file ?? null,
    })),
    row: row && { rolloutPath: rowPath(row), archived: row['archived'] === 1 },
    indexName: thread.indexName ?? null,
    writer: writerLockHolder(home.paths.writerLocks, threadId) ?? null,
    reasons: [...reasons, ...filteredOut(record, configuredProvider(home.paths))],
    findings,
  }
}

interface Base {
  readonly position: HistoryPosition
  readonly entry: RolloutEntry | null
}

/** What the history of a thread runs through before the rollout it ends with. */
async function basesOf(home: OpenHome, thread: HomeThread, current: RolloutEntry): Promise<Base[]> {
  const bases: Base[] = []
  const seen = new Set<RolloutId>()
  for (let at: RolloutEntry | null = current; at !== null && !seen.has(at.rolloutId);) {
    seen.add(at.rolloutId)
    const position: HistoryPosition | null = (await home.heads.tryHead(at))?.historyBase ?? null
    if (position === null) break
    const own: RolloutEntry | undefined = thread.rollouts.find(
      ({ rolloutId }) => rolloutId === position.rolloutId,
    )
    at = own ?? home.index.rollout(position.rolloutId)
    bases.push({ position, entry: at })
  }
  return bases
}

/** What a scan of the whole home would say of this thread. */
async function findingsOf(
  home: OpenHome,
  thread: HomeThread,
  lineage: readonly Base[],
): Promise<{ readonly findings: HomeFinding[]; readonly reasons: HomeFinding[] }> {
  const scan = new RunningScan(home)
  checkDatabases(home, scan.tally)
  for (const folder of unreachableFolders(home, new Map([[thread.threadId, thread]]))) {
    scan.tally.add('FOLDER_UNREACHABLE', folder)
  }
  if (interruptedMigrations(home).includes(thread.threadId)) {
    scan.tally.add('MIGRATION_INTERRUPTED', thread.threadId)
  }
  const own = new Set(thread.rollouts)
  const foreign = lineage.flatMap(({ entry }) => (entry === null || own.has(entry) ? [] : [entry]))
  for (const entry of [...own, ...foreign]) await scan.bases.announce(entry, home.heads)
  await scan.thread(thread)
  for (const entry of own) await scan.rollout(thread, entry)
  for (const entry of foreign) await scan.base(entry)
  scan.lineages()
  const all = scan.tally.list()
  const getsRow = all.some(({ code }) => makesRows.has(code))
  const hides = ({ code }: HomeFinding): boolean =>
    hiding.has(code) && !(getsRow && code === 'ROW_MISSING')
  return { findings: all.filter((one) => !hides(one)), reasons: all.filter(hides) }
}

function explainedRollout(entry: RolloutEntry, current: boolean): ExplainedRollout {
  const { rolloutId, file, compressed, archived } = entry
  const bytes = Number(stampOf(entry.path)?.size ?? 0n)
  return { rolloutId, file, bytes, compressed, archived, current }
}
