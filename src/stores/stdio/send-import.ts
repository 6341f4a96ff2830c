import type { ImportThreadParams, ImportedRollout } from '../../store/raw-history.js'
import { protocolBroken } from './adapter-error.js'
import { CHUNK_BYTES } from './chunk-bytes.js'
import type { StdioHandle } from './stdio-thread-store.js'

/** Imports a thread: its facts at once, then its bytes, each rollout as fast as it is taken. */
export async function sendImport(handle: StdioHandle, what: ImportThreadParams): Promise<unknown> {
  const { connection, name } = handle
  const streams = what.rollouts.map((rollout) => new Upload(handle, rollout))
  // Begins in the next microtask, when the call below is on its way.
  const sending = Promise.resolve().then(() => Promise.all(streams.map((stream) => stream.send())))
  try {
    const value = await connection.call({
      op: 'importThread',
      h: name,
      p: {
        thread: { ...what.thread, history: null, rollouts: null },
        rollouts: streams.map(({ facts }) => facts),
        replace: what.replace,
      },
      effect: 'possible',
      signal: what.signal,
      // Until everything was sent the deadlines are those of the chunks.
      late: async (signal) => {
        await sending
        await connection.late(signal)
      },
    })
    if (!streams.some(({ failure }) => failure !== null)) return value
    throw protocolBroken(`${connection.who} acknowledged an import whose source broke off`)
  } catch (reason) {
    // The adapter only knows that a source broke off; the source itself said why.
    const broken = streams.find(({ failure }) => failure !== null)
    throw broken?.failure?.reason ?? reason
  } finally {
    for (const stream of streams) stream.stop()
  }
}

/** The bytes of one rollout on their way to the adapter. */
class Upload {
  /** The rollout as the adapter is told of it. */
  readonly facts: object
  /** Why the source broke off, if it did. */
  failure: { readonly reason: unknown } | null = null
  readonly #handle: StdioHandle
  readonly #stream: string
  readonly #chunks: AsyncIterable<Uint8Array>
  #stopped = false

  constructor(handle: StdioHandle, { chunks, ...facts }: ImportedRollout) {
    this.#handle = handle
    this.#stream = handle.connection.newName('stream')
    this.#chunks = chunks
    this.facts = { ...facts, stream: this.#stream }
  }

  /** The import has its answer: the rest of the source is not read. */
  stop(): void {
    this.#stopped = true
  }

  async send(): Promise<void> {
    for await (const chunk of this.#source()) {
      for (let at = 0; at < chunk.length; at += CHUNK_BYTES) {
        if (this.#stopped) return
        const data = Buffer.from(chunk.subarray(at, at + CHUNK_BYTES)).toString('base64')
        await this.#call('$chunk', { stream: this.#stream, data })
      }
    }
    const failed = this.failure === null ? null : String(this.failure.reason)
    if (!this.#stopped) await this.#call('$end', { stream: this.#stream, failed })
  }

  async *#source(): AsyncGenerator<Uint8Array, void, undefined> {
    const chunks = this.#chunks
    try {
      yield* chunks
    } catch (reason) {
      this.failure = { reason }
    }
  }

  async #call(op: string, p: object): Promise<void> {
    const { connection, name } = this.#handle
    await connection.call({ op, h: name, p, effect: 'possible' })
  }
}
