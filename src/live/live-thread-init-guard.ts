import type { Logger } from '../host/logger.js'
import type { LiveThread } from './live-thread.js'

/**
 * Holds a live thread while its owner is being set up, and discards it unless the owner commits.
 *
 * ```ts
 * await using guard = new LiveThreadInitGuard(LiveThread.create(host, params), logger)
 * const live = await guard.opened
 * // whatever throws here leaves no writer behind
 * guard.commit()
 * ```
 *
 * Leaving while the thread is still being opened waits for it, so that no writer leaks.
 */
export class LiveThreadInitGuard implements AsyncDisposable {
  readonly opened: Promise<LiveThread>
  readonly #logger: Logger
  #committed = false

  constructor(opened: Promise<LiveThread>, logger: Logger) {
    this.opened = opened
    this.#logger = logger
    // Whoever leaves before looking has other news than that opening failed.
    opened.catch(() => {})
  }

  /** The thread has an owner now. */
  commit(): void {
    this.#committed = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#committed) return
    const [opened] = await Promise.allSettled([this.opened])
    if (opened.status === 'rejected') return
    const { threadId } = opened.value
    await opened.value.discard().catch((error: unknown) => {
      this.#logger.warn({ threadId, error }, 'a thread that was not committed was not discarded')
    })
  }
}
