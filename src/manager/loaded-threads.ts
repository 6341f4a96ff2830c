import type { ThreadId } from '../protocol/thread-id.js'
import type { CodexThread } from './codex-thread.js'

/** The threads of a manager: one object per id, also while it is still being loaded. */
export class LoadedThreads {
  readonly #threads = new Map<ThreadId, CodexThread>()
  readonly #loading = new Map<ThreadId, Promise<CodexThread>>()

  get(threadId: ThreadId): CodexThread | undefined {
    return this.#threads.get(threadId)
  }

  all(): CodexThread[] {
    return [...this.#threads.values()]
  }

  /** The running thread with this id, or else the one `load` makes; loaded once for all who ask. */
  async open(threadId: ThreadId, load: () => Promise<CodexThread>): Promise<CodexThread> {
    const known = this.#threads.get(threadId)
    if (known?.isRunning) return known
    const loading = this.#loading.get(threadId) ?? this.#load(threadId, load)
    return loading
  }

  remove(threadId: ThreadId): CodexThread | undefined {
    const thread = this.#threads.get(threadId)
    this.#threads.delete(threadId)
    return thread
  }

  /** Forgets a thread that was shut down, unless another took its place. */
  forget(thread: CodexThread): void {
    if (this.#threads.get(thread.threadId) === thread) this.#threads.delete(thread.threadId)
  }

  #load(threadId: ThreadId, load: () => Promise<CodexThread>): Promise<CodexThread> {
    const loading = load()
      .then((thread) => {
        this.#threads.set(threadId, thread)
        return thread
      })
      .finally(() => this.#loading.delete(threadId))
    this.#loading.set(threadId, loading)
    return loading
  }
}
