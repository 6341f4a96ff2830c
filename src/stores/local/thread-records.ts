import type { HistoryPosition } from '../../protocol/rollout-item.js'
import type { TokenUsage } from '../../protocol/metadata.js'
import type { ThreadRecord } from '../../store/records.js'
import { type HomeThread, type HomeIndex, rowPath } from './home-index.js'
import { chooseCurrent } from './home/choose-rollouts.js'
import { type FileStamp, printMtime, stampOf } from './home/file-stamp.js'
import { ifReadable } from './home/rollout-bytes.js'
import type { RolloutHeads } from './home/rollout-head.js'
import type { RolloutTails } from './home/rollout-tail.js'
import type { RolloutEntry } from './home/rollout-tree.js'
import type { DerivedRecords } from './record/derived-record.js'
import { mergeExtra } from './record/extra-parts.js'
import { INDEX_NAME, IN_ARCHIVE, noOverlay, trustedFields } from './record/overlay.js'
import { nameOf, type RowSurroundings, rowToRecord } from './record/row-to-record.js'
import type { SqlRow } from './state/table-columns.js'
import type { ExtraReader, ExtraSnapshot } from './state/thread-extra.js'

/** What turning a thread of a home into a record takes. */
interface RecordSources {
  readonly index: HomeIndex
  readonly heads: RolloutHeads
  readonly tails: RolloutTails
  readonly extra: ExtraReader
  readonly derived: DerivedRecords
}

/** Rollouts of a lineage that are searched for the thread's token usage. */
const LINEAGE_MAX = 100

/**
 * Records of a home's threads. A summary has everything that lists filter and sort by, without
 * opening a rollout that has a row; completing one opens the thread's rollout.
 */
export class ThreadRecords {
  readonly #sources: RecordSources
  readonly #summaries = new WeakMap<HomeThread, ThreadRecord>()
  readonly #currents = new WeakMap<HomeThread, RolloutEntry | null>()

  constructor(sources: RecordSources) {
    this.#sources = sources
  }

  /** The rollout that is appended to; `null` when the thread has lost its files. */
  async current(thread: HomeThread): Promise<RolloutEntry | null> {
    const known = this.#currents.get(thread)
    if (known !== undefined) return known
    const bases = new Map<RolloutEntry, string | null>()
    if (thread.rollouts.length > 1) {
      for (const entry of thread.rollouts) {
        const head = await this.#sources.heads.tryHead(entry)
        bases.set(entry, head?.historyBase?.rolloutId ?? null)
      }
    }
    const path = rowPath(thread.row)
    const current = chooseCurrent(thread.rollouts, path, (entry) => bases.get(entry) ?? null)
    this.#currents.set(thread, current)
    return current
  }

  async summary(thread: HomeThread): Promise<ThreadRecord> {
    const known = this.#summaries.get(thread)
    if (known !== undefined) return known
    const record = await this.#summarise(thread)
    this.#summaries.set(thread, record)
    return record
  }

  /** A summary with the thread that spawned this one. */
  async withParent(thread: HomeThread): Promise<ThreadRecord> {
    const current = await this.current(thread)
    const head = current && (await this.#sources.heads.tryHead(current))
    return { ...(await this.summary(thread)), parentThreadId: head?.parentThreadId ?? null }
  }

  /** The whole record, the same whether it was asked for alone or in a list. */
  async complete(
    thread: HomeThread,
    extras: ExtraSnapshot = this.#sources.extra.snapshot(),
  ): Promise<ThreadRecord> {
    const current = await this.current(thread)
    const { overlay } = thread.overlay
    const { extra, ...fields } = trustedFields(overlay, overlayedColumns(thread, current))
    const plain = await this.#addRollout(thread, await this.summary(thread), extras, fields)
    const merged = extra === undefined ? plain.extra : mergeExtra(plain.extra, extra)
    return { ...plain, ...fields, extra: merged }
  }

  /** The whole record as it would be without what is kept beside Codex's own columns. */
  async plain(thread: HomeThread): Promise<ThreadRecord> {
    const bare = { ...thread, overlay: noOverlay }
    return this.#addRollout(bare, await this.#summarise(bare), this.#sources.extra.snapshot(), {})
  }

  /** The record as the rollouts alone say it; `null` when there are none. */
  async derived(thread: HomeThread): Promise<ThreadRecord | null> {
    const current = await this.current(thread)
    return current && this.#sources.derived.record(thread, current, fileTime(current))
  }

  async #addRollout(
    thread: HomeThread,
    summary: ThreadRecord,
    extras: ExtraSnapshot,
    kept: Partial<ThreadRecord>,
  ): Promise<ThreadRecord> {
    const { row, threadId } = thread
    const current = await this.current(thread)
    const stamp = current && stampOf(current.path)
    const head = current && (await this.#sources.heads.tryHead(current, stamp))
    const found = row === null ? summary.tokenUsage : await this.#tokenUsage(row, current, stamp)
    const { tokenUsage = found } = kept
    return {
      ...summary,
      tokenUsage: found,
      forkedFromId: head?.forkedFromId ?? null,
      parentThreadId: head?.parentThreadId ?? null,
      historyMode: head?.historyMode ?? summary.historyMode,
      extra: extras.read(threadId, row, tokenUsage),
    }
  }

  async #summarise(thread: HomeThread): Promise<ThreadRecord> {
    const current = await this.current(thread)
    const { row } = thread
    const base =
      row === null && current !== null
        ? await this.#sources.derived.record(thread, current, fileTime(current))
        : { ...withoutRow, ...rowToRecord(row ?? {}, rowSurroundings(thread, current)) }
    return {
      ...base,
      ...trustedFields(thread.overlay.overlay, overlayedColumns(thread, current)),
      rolloutPath: current?.path ?? null,
    }
  }

  /** The report that the row's total came from, looked for in the rollout and then in its bases. */
  async #tokenUsage(
    row: SqlRow,
    current: RolloutEntry | null,
    currentStamp: FileStamp | null,
  ): Promise<TokenUsage | null> {
    const total = row['tokens_used']
    if (typeof total !== 'number' || total <= 0) return null
    let entry = current
    for (let depth = 0; entry !== null && depth < LINEAGE_MAX; depth += 1) {
      const rollout = entry
      const stamp = rollout === current ? currentStamp : stampOf(rollout.path)
      const tails = this.#sources.tails
      const found = await ifReadable(() => tails.tokenUsage(rollout, total, stamp), null)
      if (found !== null) return found
      const head = await this.#sources.heads.tryHead(entry)
      const base: HistoryPosition | null = head?.historyBase ?? null
      entry = base === null ? null : this.#sources.index.rollout(base.rolloutId)
    }
    return null
  }
}

/** Fields that a row says nothing of. */
const withoutRow = {
  extraConfig: null,
  rolloutPath: null,
  forkedFromId: null,
  parentThreadId: null,
  tokenUsage: null,
  extra: null,
} as const satisfies Partial<ThreadRecord>

/** What decides a record beside the row, as far as it is known without opening a rollout. */
export function rowSurroundings(
  { indexName }: HomeThread,
  current: RolloutEntry | null,
): RowSurroundings {
  const inArchive = current?.archived ?? null
  return { indexName, inArchive, archivedFileTime: () => fileTime(current) }
}

/** A row with the facts beside it that decide whether an overlay still counts. */
export function overlayedColumns(thread: HomeThread, current: RolloutEntry | null): SqlRow {
  return {
    ...thread.row,
    [INDEX_NAME]: thread.indexName ?? null,
    [IN_ARCHIVE]: current?.archived ? 1 : 0,
  }
}

/**
 * Whether the index of names says what the row says, or what was kept beside the row. The index is
 * written before the row is: one that says more may be half of a patch.
 */
export function isNameSettled({ row, overlay, indexName }: HomeThread): boolean {
  const kept = overlay.overlay.name?.seen[INDEX_NAME]
  if (kept !== undefined) return kept === (indexName ?? null)
  return indexName === undefined || indexName === (nameOf(row ?? {}, undefined) ?? '')
}

function fileTime(entry: RolloutEntry | null): string {
  const stamp = entry && stampOf(entry.path)
  return stamp === null ? '1970-01-01T00:00:00.000Z' : `${printMtime(stamp).slice(0, 23)}Z`
}
