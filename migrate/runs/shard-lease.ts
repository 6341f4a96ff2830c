import { createHash } from 'node:crypto'
import { type Clock, isoMillis } from '../../src/host/clock.js'
import type { JsonObject } from '../../src/protocol/json.js'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { LEASE_SOURCE, RUN_ITEM, type RunFacts } from './run-log.js'
import type { Shard } from '../plan/shard.js'
import { uuidOf } from '../copy/uuid-of.js'

export interface ShardLeaseOptions {
  readonly target: ThreadStore
  readonly clock: Clock
  readonly shard: Shard
  /** What the shard is a part of, the same for all who share the work: where the source is. */
  readonly of: string
  readonly facts: RunFacts
}

/**
 * Makes sure that nobody else copies the same shard into the target, until it is disposed of or this
 * process is gone. `CONFLICT {already-live}` says that somebody does. The lease is the live writer of
 * a thread that has no other purpose, and so is as good as the target's claim about writers.
 */
export async function leaseShard(options: ShardLeaseOptions): Promise<AsyncDisposable> {
  const { target, clock, shard, of, facts } = options
  const threadId = leaseId(of, shard)
  const part = `${shard.number}/${shard.of}`
  await takeWriter(target, threadId, part)
  const item: JsonObject = { kind: 'leased', ...facts, shard: part }
  const timestamp = isoMillis(clock.now())
  await target.appendItems({ threadId, items: [{ type: RUN_ITEM, timestamp, payload: item }] })
  await target.flushThread({ threadId })
  return { [Symbol.asyncDispose]: () => target.shutdownThread({ threadId }).catch(() => {}) }
}

/** The thread that stands for a shard. */
export function leaseId(of: string, { number, of: parts }: Shard): ThreadId {
  const hash = createHash('sha256').update(`threadstore shard ${number}/${parts} of ${of}`)
  return uuidOf(hash.digest('hex'))
}

async function takeWriter(target: ThreadStore, threadId: ThreadId, part: string): Promise<void> {
  try {
    await target.resumeThread({ threadId, includeArchived: true })
  } catch (error) {
    if (!ThreadStoreError.is(error, 'THREAD_NOT_FOUND')) throw error
    const metadata = { cwd: null, modelProvider: 'none', memoryMode: 'disabled' } as const
    await target.createThread({ threadId, source: LEASE_SOURCE, metadata })
    await target.persistThread({ threadId })
    const name = `lease of part ${part}`
    await target.updateThreadMetadata({ threadId, patch: { name } })
    await target.archiveThread({ threadId })
  }
}
