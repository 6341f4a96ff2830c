import { isUtf8 } from 'node:buffer'
import type { Readable, Writable } from 'node:stream'
import { type LineSplitter, createLineSplitter } from '../../history/split-lines.js'
import type { Clock } from '../../host/clock.js'
import { type JsonObject, isJsonObject } from '../../protocol/json.js'
import { parseJson } from '../../protocol/parse-json.js'
import { printJson } from '../../protocol/print-json.js'
import type { ThreadStoreError } from '../../store/errors.js'
import { errorFromWire } from '../../store/wire-error.js'
import { type Effect, protocolBroken, timedOut, unanswered, unavailable } from './adapter-error.js'

/** What a connection is made of. */
interface ConnectionOptions {
  /** The adapter, as errors name it. */
  readonly who: string
  /** What the adapter writes. */
  readonly input: Readable
  /** What the adapter reads. */
  readonly output: Writable
  readonly clock: Clock
  /** How long an answer may take. `null`: as long as it takes. */
  readonly timeoutMs: number | null
  /** Bytes a line of the adapter may have. */
  readonly lineBytesMax: number
  /** Called once, when the adapter broke the protocol and cannot be talked to any more. */
  readonly onBroken?: () => void
}

/** One call over the wire. */
interface WireCall {
  readonly op: string
  /** The handle the call is made on. */
  readonly h?: string
  readonly p: object
  readonly effect: Effect
  readonly signal?: AbortSignal | undefined
  /** Resolves when the answer is late. @defaultValue `timeoutMs` after the call */
  readonly late?: (signal: AbortSignal) => Promise<void>
}

interface Pending {
  readonly op: string
  readonly effect: Effect
  readonly resolve: (value: unknown) => void
  readonly reject: (error: ThreadStoreError) => void
}

/** Calls to an adapter and its answers, matched by id. */
export class Connection {
  readonly #options: ConnectionOptions
  readonly #pending = new Map<number, Pending>()
  /** Calls nobody waits for any more; their answers may still come. */
  readonly #abandoned = new Set<number>()
  readonly #splitter: LineSplitter
  #lastId = 0
  #names = 0
  #unfinishedBytes = 0
  /** Why no call can be made any more. */
  #over: ThreadStoreError | null = null

  constructor(options: ConnectionOptions) {
    this.#options = options
    const { lineBytesMax } = options
    this.#splitter = createLineSplitter(
      ({ bytes, length }) => {
        if (bytes === null) this.#tooLong(length)
        else if (!isUtf8(bytes)) this.#break('wrote a line that is not UTF-8')
        else this.#receive(bytes.toString('utf8'))
      },
      { lineBytesMax },
    )
    options.input.on('data', (chunk: Buffer) => this.#read(chunk))
    options.input.on('error', (error) => this.end(`broke off (${error.message})`))
    // What the adapter no longer reads is reported by its end, not by the pipe.
    options.output.on('error', () => {})
  }

  /** The adapter, as errors name it. */
  get who(): string {
    return this.#options.who
  }

  get clock(): Clock {
    return this.#options.clock
  }

  /** A name that no other handle or stream of this connection has. */
  newName(kind: string): string {
    this.#names += 1
    return `${kind}-${this.#names}`
  }

  /** Resolves when an answer is late. */
  late(signal: AbortSignal): Promise<void> {
    const { clock, timeoutMs } = this.#options
    return timeoutMs === null ? new Promise(() => {}) : clock.sleep(timeoutMs, signal)
  }

  /** Makes a call and waits for its answer. */
  async call({ op, h, p, effect, signal, late }: WireCall): Promise<unknown> {
    if (this.#over !== null) throw this.#over
    this.#lastId += 1
    const id = this.#lastId
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { op, effect, resolve, reject })
    })
    const abort = (): void => this.#write({ op: '$abort', p: { id } })
    signal?.addEventListener('abort', abort, { once: true })
    const done = new AbortController()
    this.#write({ id, op, ...(h !== undefined && { h }), p })
    const lateness = late === undefined ? this.late(done.signal) : late(done.signal)
    const deadline = lateness.then(() => this.#giveUp(id, op, effect))
    // Whichever loses the race must not become an unhandled rejection.
    deadline.catch(() => {})
    try {
      return await Promise.race([answer, deadline])
    } finally {
      done.abort()
      signal?.removeEventListener('abort', abort)
      this.#pending.delete(id)
    }
  }

  /** Fails every call that waits and every call to come: the adapter is gone. */
  end(how: string): void {
    const message = `${this.who} ${how}`
    this.#over ??= unavailable(`${message}; open the store again`)
    for (const { op, effect, reject } of this.#pending.values()) {
      reject(unanswered(`${message} before it answered ${op}`, effect))
    }
    this.#pending.clear()
  }

  #giveUp(id: number, op: string, effect: Effect): never {
    this.#abandoned.add(id)
    throw timedOut(`${this.who} did not answer ${op} within ${this.#options.timeoutMs} ms`, effect)
  }

  #write(request: object): void {
    if (this.#over === null) this.#options.output.write(`${printJson(request)}\n`)
  }

  #read(chunk: Buffer): void {
    if (this.#over !== null) return
    this.#splitter.push(chunk)
    // The splitter tells of a line only once it ends, which a runaway one never does.
    const lastEnd = chunk.lastIndexOf('\n')
    this.#unfinishedBytes = chunk.length - lastEnd - 1 + (lastEnd < 0 ? this.#unfinishedBytes : 0)
    if (this.#unfinishedBytes > this.#options.lineBytesMax) this.#tooLong(this.#unfinishedBytes)
  }

  #tooLong(length: number): void {
    if (this.#over !== null) return
    const { lineBytesMax } = this.#options
    this.#break(`wrote a line of at least ${length} bytes; the limit is ${lineBytesMax}`)
  }

  #receive(line: string): void {
    if (this.#over !== null) return
    const answer = parseJson(line)
    if (!isJsonObject(answer) || typeof answer['id'] !== 'number') {
      const shown = JSON.stringify(line.slice(0, 200))
      this.#break(
        `wrote a line that is no answer: ${shown} (stdout is for answers, stderr for logs)`,
      )
      return
    }
    const { id } = answer
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (pending === undefined) this.#unexpected(id)
    else this.#settle(pending, answer)
  }

  #unexpected(id: number): void {
    if (this.#abandoned.delete(id)) return
    const what = id <= this.#lastId ? 'a second time' : 'which nobody made'
    this.#break(`answered call ${id}, ${what}`)
  }

  #settle({ op, effect, resolve, reject }: Pending, answer: JsonObject): void {
    if ('err' in answer) reject(errorFromWire(answer['err'], `${this.who} ${op}`))
    else if ('ok' in answer) resolve(answer['ok'])
    else {
      const message = `${this.who} answered ${op} with neither ok nor err`
      reject(effect === 'none' ? protocolBroken(message) : unanswered(message, effect))
    }
  }

  #break(how: string): void {
    const message = `${this.who} ${how}`
    this.#over = protocolBroken(message)
    for (const { effect, reject } of this.#pending.values()) {
      reject(effect === 'none' ? protocolBroken(message) : unanswered(message, effect))
    }
    this.#pending.clear()
    this.#options.onBroken?.()
  }
}
