import type { ThreadId } from '../protocol/thread-id.js'

/**
 * The items are stored, the metadata patch derived from them is not. It stays pending and goes out
 * with the next append or barrier. A class of its own, because whoever takes it for a failed append
 * and appends again stores the items twice.
 */
export class MetadataPatchError extends Error {
  override readonly name = 'MetadataPatchError'
  readonly threadId: ThreadId

  constructor(threadId: ThreadId, cause: unknown) {
    const text = cause instanceof Error ? cause.message : String(cause)
    super(`the metadata of thread ${threadId} is not up to date yet: ${text}`, { cause })
    this.threadId = threadId
  }
}
