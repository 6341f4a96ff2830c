import { createHash } from 'node:crypto'
import type { RolloutId, ThreadId } from '../../src/protocol/thread-id.js'
import { isoMillis } from '../../src/host/clock.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { ExportedRollout, ThreadExport } from '../../src/store/raw-history.js'
import type { StoredThread } from '../../src/store/records.js'
import type { CopyContext } from './copy-context.js'
import { findThread } from '../plan/find-thread.js'
import type { MigrationFinding } from '../runs/findings.js'
import { freshLeg, type Leg } from './open-leg.js'
import { prefixSha256 } from './open-rollout.js'
import type { RolloutProof } from '../runs/outcome.js'
import { withoutMark } from './record-mark.js'
import { importLegs } from './send-thread.js'
import { uuidOf } from './uuid-of.js'

/** A thread that was put beside another one. */
interface KeptCopy {
  readonly threadId: ThreadId
  /** None where it was kept before. */
  readonly rollouts: readonly RolloutProof[]
}

/** Keeps what the target has of a thread, as an archived thread, before it is replaced. */
export async function keepGeneration(
  context: CopyContext,
  stored: StoredThread,
): Promise<MigrationFinding> {
  const { threadId } = stored
  const earlier = await context.target.exportThread({ threadId })
  const why = 'the source wrote the thread anew'
  const copy = await keepCopy(context, earlier, { archived: true, why })
  const message = `${why}; what was copied before is kept as thread ${copy.threadId}`
  return { code: 'NEW_GENERATION', threadId, message }
}

/**
 * Puts a thread into the target under ids of its own. They follow from its bytes, so that doing it
 * again finds it there.
 */
export async function keepCopy(
  context: CopyContext,
  exported: ThreadExport,
  { archived, why }: { readonly archived: boolean; readonly why: string },
): Promise<KeptCopy> {
  const thread = withoutMark(exported.thread)
  const ids = await copyIds(exported.rollouts)
  const current = exported.rollouts.at(-1)?.rolloutId ?? thread.threadId
  const threadId = ids.get(current) ?? thread.threadId
  const now = isoMillis(context.clock.now())
  const record: StoredThread = {
    ...thread,
    threadId,
    forkedFromId: thread.threadId,
    archivedAt: archived ? (thread.archivedAt ?? now) : thread.archivedAt,
    extra: { ...thread.extra, threadstore: { copyOf: thread.threadId, why } },
  }
  if ((await findThread(context.target, { threadId })) !== null) {
    return { threadId, rollouts: [] }
  }
  const legs: Leg[] = []
  try {
    for (const rollout of exported.rollouts) {
      legs.push(await freshLeg(context, underOtherIds(rollout, ids), null))
    }
    const { proofs, problem } = await importLegs(context, record, legs, null)
    if (problem !== null) throw notKept(thread.threadId, problem)
    return { threadId, rollouts: proofs }
  } finally {
    for (const leg of legs) await leg.close()
  }
}

/** Whatever was to take its place must not do so. */
function notKept(threadId: ThreadId, problem: string): ThreadStoreError {
  return new ThreadStoreError('INTERNAL', `thread ${threadId} could not be kept: ${problem}`, {
    reason: 'storage',
    threadId,
  })
}

/** An id for each rollout, made of its own and of its bytes. */
async function copyIds(
  rollouts: readonly ExportedRollout[],
): Promise<ReadonlyMap<RolloutId, RolloutId>> {
  const ids = new Map<RolloutId, RolloutId>()
  for (const rollout of rollouts) {
    const sha256 = await prefixSha256(rollout, rollout.byteCount)
    ids.set(rollout.rolloutId, copyIdOf(rollout.rolloutId, sha256))
  }
  return ids
}

/** The id under which a rollout with these bytes is kept: a UUID of version 8, made of a hash. */
export function copyIdOf(rolloutId: RolloutId, sha256: string): RolloutId {
  const hex = createHash('sha256').update(`${rolloutId} ${sha256}`).digest('hex')
  return uuidOf(hex)
}

function underOtherIds(
  rollout: ExportedRollout,
  ids: ReadonlyMap<RolloutId, RolloutId>,
): ExportedRollout {
  const { rolloutId, base } = rollout
  return {
    ...rollout,
    rolloutId: ids.get(rolloutId) ?? rolloutId,
    base: base === null ? null : { ...base, rolloutId: ids.get(base.rolloutId) ?? base.rolloutId },
    file: null,
    fingerprint: null,
  }
}
