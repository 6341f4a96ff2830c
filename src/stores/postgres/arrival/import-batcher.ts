import { CommitUnknownError } from '../../../host/postgres.js'
import type { ThreadId } from '../../../protocol/thread-id.js'
import type { PostgresContext } from '../postgres-context.js'
import { type NewThread, publishNewThreads } from './publish-new-threads.js'

/** Batches under way at once: the database stores one while the next one is sent. */
const BATCHES_MAX = 2
/** Threads of one batch, at most. */
const BATCH_THREADS_MAX = 64
/**
 * Packed bytes of one batch, beyond which no further thread joins it: the driver copies what it
 * sends several times, and a larger batch is not faster.
 */
const BATCH_BYTES = 1024 * 1024

interface Waiting {
  readonly thread: NewThread
  readonly byteCount: number
  readonly resolve: (stored: boolean) => void
  readonly reject: (reason: unknown) => void
}

/**
 * Stores threads that were imported at the same time in common transactions, which cost little more
 * than one thread alone.
 */
export class ImportBatcher {
  readonly #context: PostgresContext
  #waiting: Waiting[] = []
  #running = 0

  constructor(context: PostgresContext) {
    this.#context = context
  }

  /**
   * Stores and proves a thread. `false`: it is none of the ordinary case, or was in the way of
   * another one, and has to be stored by itself.
   */
  async publish(thread: NewThread): Promise<boolean> {
    if (!isOrdinary(thread)) return false
    const stored = new Promise<boolean>((resolve, reject) => {
      this.#waiting.push({ thread, byteCount: packedBytes(thread), resolve, reject })
    })
    this.#start()
    return stored
  }

  #start(): void {
    while (this.#running < BATCHES_MAX && this.#waiting.length > 0) void this.#run(this.#take())
  }

  #take(): readonly Waiting[] {
    const threadIds = new Set<ThreadId>()
    let byteCount = 0
    for (const { thread, byteCount: own } of this.#waiting.slice(0, BATCH_THREADS_MAX)) {
      // Of two imports of one thread the second finds what the first has stored.
      if (byteCount > BATCH_BYTES || threadIds.has(thread.record.threadId)) break
      byteCount += own
      threadIds.add(thread.record.threadId)
    }
    return this.#waiting.splice(0, threadIds.size)
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    this.#running += 1
    try {
      const threads = batch.map(({ thread }) => thread)
      const stored = await publishNewThreads(this.#context, threads)
      for (const { thread, resolve } of batch) resolve(stored.has(thread.record.threadId))
    } catch (reason) {
      const isUnknown = reason instanceof CommitUnknownError
      for (const { resolve, reject } of batch) {
        // By itself each will meet the error that is its own.
        if (isUnknown) reject(reason)
        else resolve(false)
      }
    } finally {
      this.#running -= 1
      this.#start()
    }
  }
}

/** New as far as anybody can tell yet, without bases, and not sent ahead. */
function isOrdinary({ received }: NewThread): boolean {
  return (
    received.length > 0 &&
    received.every(
      ({ rollout, log }) => rollout.fromByte === 0 && rollout.base === null && !log.isAhead,
    )
  )
}

function packedBytes({ received }: NewThread): number {
  return received
    .flatMap(({ log }) => log.waiting)
    .reduce((sum, { bytes }) => sum + bytes.length, 0)
}
