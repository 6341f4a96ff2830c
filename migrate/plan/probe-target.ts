import type { Clock } from '../../src/host/clock.js'
import type { IdSource } from '../../src/host/ids.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import type { MigrationPlan } from './plan.js'
import { PROBE_SOURCE } from '../runs/run-log.js'

/** Bytes that a probe sends at most. */
const PROBE_BYTES = 8 * 1024 * 1024
/** Threads without bytes that a probe sends, to see what a thread costs. */
const PROBE_THREADS = 4

export interface ProbeOptions {
  readonly source: ThreadStore
  readonly target: ThreadStore
  readonly clock: Clock
  readonly ids: IdSource
  readonly jobs: number
}

/** What a target can take, as a probe of it found. */
export interface Probe {
  readonly bytesPerSecond: number
  readonly msPerThread: number
  /** How long the plan takes if all of it goes like the probe. */
  readonly etaMs: number
}

/**
 * Sends the first bytes of a plan to the target under ids that nobody else uses, measures, and takes
 * them away again. `null` where the plan sends nothing.
 */
export async function probeTarget(
  plan: MigrationPlan,
  options: ProbeOptions,
): Promise<Probe | null> {
  const { clock, jobs } = options
  const first = plan.threads.find(({ bytesToSend }) => bytesToSend > 0)
  if (first === undefined) return null
  const startedAt = clock.now()
  for (let thread = 0; thread < PROBE_THREADS; thread += 1) await send(options, first.threadId, 0)
  const msPerThread = (clock.now() - startedAt) / PROBE_THREADS
  const sentAt = clock.now()
  const bytes = await send(options, first.threadId, PROBE_BYTES)
  const transferMs = Math.max(1, clock.now() - sentAt - msPerThread)
  const bytesPerSecond = Math.max(1, (bytes * 1000) / transferMs)
  // Threads wait for the target one beside the other, bytes go one after the other.
  const waitingMs = (plan.threads.length * msPerThread) / jobs
  const etaMs = Math.round((plan.bytesToSend * 1000) / bytesPerSecond + waitingMs)
  return { bytesPerSecond: Math.round(bytesPerSecond), msPerThread: Math.round(msPerThread), etaMs }
}

/** Stores the beginning of a thread as another one and deletes it; gives the bytes it had. */
async function send(
  { source, target, ids }: ProbeOptions,
  like: string,
  bytesMax: number,
): Promise<number> {
  const { thread, rollouts } = await source.exportThread({ threadId: like })
  const threadId = ids.newThreadId()
  let sent = 0
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of bytesMax === 0 ? [] : (rollouts.at(-1)?.read() ?? [])) {
      const part = chunk.subarray(0, bytesMax - sent)
      sent += part.length
      yield part
      if (sent === bytesMax) return
    }
  }
  const rollout = {
    rolloutId: threadId,
    base: null,
    file: null,
    fingerprint: null,
    fromByte: 0,
    chunks: chunks(),
  }
  const record = { ...thread, threadId, source: PROBE_SOURCE, archivedAt: thread.updatedAt }
  await target.importThread({ thread: record, rollouts: [rollout] })
  await target.deleteThread({ threadId })
  return sent
}
