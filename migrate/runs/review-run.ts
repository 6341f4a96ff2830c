import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { StoredThread } from '../../src/store/records.js'
import { classifyThread } from '../plan/classify.js'
import { compareRecords } from '../verify/compare-records.js'
import { findThread } from '../plan/find-thread.js'
import type { MigrationFinding } from './findings.js'
import type { MigrationSides } from '../plan/inventory.js'
import { matchThreads, type ThreadPair } from '../plan/match-threads.js'
import { recordDigest } from '../verify/record-digest.js'
import { markOf } from '../copy/record-mark.js'

/** What a second look at both stores says of the threads a run has copied. */
export interface RunReview {
  /** Threads that went on in the source meanwhile: what was copied is proven, and is not all. */
  readonly changed: readonly ThreadId[]
  /** Records that the target does not give back as they were sent. */
  readonly findings: readonly MigrationFinding[]
}

/** Threads that are looked at one by one, rather than by listing both stores. */
const ONE_BY_ONE_MAX = 100

/** Looks at both stores again once a run is through: does anything it copied need more? */
export async function reviewRun(
  sides: MigrationSides,
  copied: ReadonlySet<ThreadId>,
): Promise<RunReview> {
  const changed: ThreadId[] = []
  const findings: MigrationFinding[] = []
  for await (const { source, target } of pairsOf(sides, copied)) {
    if (source === null || target === null || !copied.has(source.threadId)) continue
    const state = classifyThread(source, target)
    if (state === 'same' || state === 'unknown') continue
    if (state === 'changed' && !isHeld(target)) findings.push(...notHeld(source, target))
    else changed.push(source.threadId)
  }
  return { changed, findings }
}

async function* pairsOf(
  sides: MigrationSides,
  copied: ReadonlySet<ThreadId>,
): AsyncGenerator<ThreadPair, void, undefined> {
  const { source, target, signal } = sides
  if (copied.size > ONE_BY_ONE_MAX) {
    yield* matchThreads(source, target, { ...(signal && { signal }) })
    return
  }
  for (const threadId of copied) {
    const params = { threadId, ...(signal && { signal }) }
    const [inSource, inTarget] = await Promise.all([
      findThread(source, params),
      findThread(target, params),
    ])
    yield { source: inSource, target: inTarget }
  }
}

/** Whether the record is the one that was sent; without a mark only that can be why it differs. */
function isHeld(target: StoredThread): boolean {
  const mark = markOf(target)
  return mark !== null && recordDigest(target) === mark.recordSha256
}

function notHeld(sent: StoredThread, held: StoredThread): MigrationFinding[] {
  const { threadId } = sent
  return compareRecords(sent, held).map(({ field }) => ({
    code: 'RECORD_NOT_HELD',
    threadId,
    message: `the target gives back another ${field} than was sent`,
  }))
}
