import { EventEmitter, on } from 'node:events'

/**
 * Values that several listeners follow. A listener gets everything from the moment it subscribes,
 * at its own pace, until the stream is closed; nothing is dropped for a slow one.
 */
export class EventStream<T> {
  readonly #emitter = new EventEmitter({ captureRejections: false })
  #closed = false

  constructor() {
    this.#emitter.setMaxListeners(0)
  }

  push(value: T): void {
    this.#emitter.emit('value', value)
  }

  /** Ends every listener once it has seen what was pushed before. */
  close(): void {
    this.#closed = true
    this.#emitter.emit('close')
  }

  /** What is pushed from now on, after `first`. */
  subscribe(...first: readonly T[]): AsyncIterable<T> {
    if (this.#closed) return values(first, null)
    const following = on(this.#emitter, 'value', { close: ['close'] })
    return values(first, following as AsyncIterableIterator<[T]>)
  }
}

async function* values<T>(
  first: readonly T[],
  following: AsyncIterableIterator<[T]> | null,
): AsyncIterable<T> {
  try {
    yield* first
    if (following !== null) for await (const [value] of following) yield value
  } finally {
    // Whoever leaves before the first value that was pushed must not go on collecting them.
    await following?.return?.()
  }
}
