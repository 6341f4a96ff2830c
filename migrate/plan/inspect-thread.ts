import type { RolloutId, ThreadId } from '../../src/protocol/thread-id.js'
import { scanRollout } from '../../src/history/scan-rollout.js'
import type { Abortable } from '../../src/store/params.js'
import type { ExportedRollout } from '../../src/store/raw-history.js'
import type { StoredRollout, StoredThread } from '../../src/store/records.js'
import { classifyRollout } from './classify.js'
import { compareRecords } from '../verify/compare-records.js'
import { exportedRollout } from '../copy/exported-rollout.js'
import { findThread } from './find-thread.js'
import type { MigrationFinding } from '../runs/findings.js'
import type { MigrationSides } from './inventory.js'
import { storedSha256 } from '../copy/open-leg.js'
import { type OnRead, prefixSha256 } from '../copy/open-rollout.js'

/**
 * How a thread stands in the target once its bytes were read. `new`; `grown`: what the target holds
 * is a prefix; `changed`: only the record differs; `same`; `rewritten`: other bytes, while the
 * target's are as they were imported; `ahead`: the target went on; `diverged`: both did; `unknown`: a
 * store does not move bytes, so only a run can tell.
 */
export const inspectedStates = [
  'new',
  'grown',
  'changed',
  'same',
  'rewritten',
  'ahead',
  'diverged',
  'unknown',
] as const
export type InspectedState = (typeof inspectedStates)[number]

/** A rollout that was read from end to end. */
interface InspectedRollout {
  readonly rolloutId: RolloutId
  readonly byteCount: number
  readonly sha256: string
  readonly fingerprint: string | null
  /** Bytes of it that the target holds. */
  readonly storedBytes: number
}

/** A thread that was read from end to end. */
export interface InspectedThread {
  readonly threadId: ThreadId
  readonly state: InspectedState
  /** Somebody is writing it. */
  readonly busy: boolean
  readonly bytesToSend: number
  readonly rollouts: readonly InspectedRollout[]
  readonly findings: readonly MigrationFinding[]
}

export interface InspectContext extends MigrationSides, Abortable {
  readonly onRead: OnRead
}

/** Reads a thread and says how it stands, without changing anything. */
export async function inspectThread(
  context: InspectContext,
  threadId: ThreadId,
): Promise<InspectedThread> {
  const { source, target, signal } = context
  const params = { threadId, ...(signal && { signal }) }
  const exported = await source.exportThread(params)
  const held = await findThread(target, params)
  const stored = new Map(held?.rollouts?.map((rollout) => [rollout.rolloutId, rollout]))
  const relations: Relation[] = []
  const rollouts: InspectedRollout[] = []
  const findings: MigrationFinding[] = []
  for (const rollout of exported.rollouts) {
    const twin = stored.get(rollout.rolloutId)
    const summary = await scanRollout(told(rollout.read(), context), {
      rolloutId: rollout.rolloutId,
      marks: twin === undefined ? [] : [twin.byteCount],
    })
    const { rolloutId, byteCount, sha256 } = summary
    const prefix = twin && summary.prefixes.get(twin.byteCount)?.sha256
    relations.push(await relationOf(context, threadId, rollout, twin, { sha256, prefix }))
    const { fingerprint } = rollout
    rollouts.push({ rolloutId, byteCount, sha256, fingerprint, storedBytes: twin?.byteCount ?? 0 })
    findings.push(...summary.findings.map((finding) => ({ ...finding, threadId })))
  }
  const foreign = held?.rollouts?.some(
    ({ rolloutId }) => !rollouts.some((r) => r.rolloutId === rolloutId),
  )
  const state = stateOf(exported.thread, held, foreign ? [...relations, 'ahead'] : relations)
  return {
    threadId,
    state,
    busy: exported.live,
    bytesToSend: bytesToSend(state, rollouts),
    rollouts,
    findings,
  }
}

type Relation = 'new' | 'same' | 'grown' | 'ahead' | 'rewritten' | 'diverged'

async function relationOf(
  { target, signal }: InspectContext,
  threadId: ThreadId,
  rollout: ExportedRollout,
  twin: StoredRollout | undefined,
  read: { readonly sha256: string; readonly prefix: string | undefined },
): Promise<Relation> {
  if (twin === undefined) return 'new'
  if (classifyRollout({ ...rollout, sha256: read.sha256 }, twin) === 'same') return 'same'
  const other = twin.fingerprint === null ? 'diverged' : 'rewritten'
  const abortable = { ...(signal && { signal }) }
  if (rollout.byteCount >= twin.byteCount) {
    if (read.prefix !== (await storedSha256({ target, ...abortable }, threadId, twin))) return other
    return rollout.byteCount > twin.byteCount ? 'grown' : 'same'
  }
  const held = await exportedRollout(target, { threadId, ...abortable }, rollout.rolloutId)
  if (held === null) return other
  return (await prefixSha256(held, rollout.byteCount)) === read.sha256 ? 'ahead' : other
}

function stateOf(
  source: StoredThread,
  held: StoredThread | null,
  relations: readonly Relation[],
): InspectedState {
  if (held === null) return 'new'
  const has = (relation: Relation): boolean => relations.includes(relation)
  const moves = has('new') || has('grown')
  if (has('diverged') || (has('ahead') && (moves || has('rewritten')))) return 'diverged'
  if (has('ahead')) return 'ahead'
  if (has('rewritten')) return 'rewritten'
  if (moves) return 'grown'
  return compareRecords(source, held).length > 0 ? 'changed' : 'same'
}

function bytesToSend(state: InspectedState, rollouts: readonly InspectedRollout[]): number {
  if (state === 'ahead' || state === 'diverged') return 0
  return rollouts.reduce((sum, { byteCount, storedBytes }) => {
    return sum + (state === 'rewritten' ? byteCount : Math.max(0, byteCount - storedBytes))
  }, 0)
}

async function* told(
  chunks: AsyncIterable<Uint8Array>,
  { onRead, signal }: InspectContext,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    signal?.throwIfAborted()
    onRead(chunk.length)
    yield chunk
  }
}
