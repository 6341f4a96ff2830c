import type { Clock } from '../../../host/clock.js'
import { parseJson } from '../../../protocol/parse-json.js'
import { ThreadStoreError, storeClosed } from '../../../store/errors.js'
import { errorFromWire, knownWireError } from '../../../store/wire-error.js'
import { HttpStatus } from '../http-status.js'
import { headers } from '../routes.js'
import { type HttpResponse, type HttpTransport, TransportError } from './http-transport.js'

/** How a connection behaves; `openHttpStore` has the defaults. */
interface HttpConnectionOptions {
  readonly transport: HttpTransport
  /** For messages: where the server is, without a token. */
  readonly server: string
  /** Comes before every path; empty or `/…`. */
  readonly prefix: string
  readonly token: string | null
  readonly namespace: string | null
  readonly clock: Clock
  readonly timeoutMs: number
  readonly retryForMs: number
  readonly retryDelayMs: number
}

/** A request, and how it may be repeated. */
export interface HttpCall<T> {
  /** Names the call in messages: the verb. */
  readonly what: string
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly mediaType?: string
  readonly signal?: AbortSignal | undefined
  /**
   * `freely`: it changes nothing, or nothing more when it comes again. `here`: the instance that has
   * seen it knows it again, another one must not carry it out. `handle`: the same, and only the
   * instance that has the handle can carry it out anyway.
   */
  readonly repeat: 'freely' | 'here' | 'handle'
  /** The server may have to read all of a thread before it can answer. */
  readonly patient?: boolean
  /** Reads a success; what it throws as `TransportError` is repeated. */
  read(response: HttpResponse): Promise<T>
}

/** A request named a handle that the server does not have. The server has not carried it out. */
export class HandleLostError extends Error {
  override readonly name = 'HandleLostError'
  /** Whether an instance before may have carried it out. */
  readonly maybeDone: boolean

  constructor(maybeDone: boolean) {
    super('the server has closed the handle')
    this.maybeDone = maybeDone
  }
}

const RETRY_DELAY_MAX_MS = 2_000
/** What patience adds to a timeout. */
const PATIENCE = 20

/** One server, asked until it answers or it takes too long. */
export class HttpConnection {
  readonly #options: HttpConnectionOptions
  /** Who answered last; `null` before anybody did. */
  #instance: string | null = null
  #isClosed = false

  constructor(options: HttpConnectionOptions) {
    this.#options = options
  }

  get server(): string {
    return this.#options.server
  }

  async call<T>(call: HttpCall<T>): Promise<T> {
    const { clock, retryForMs, retryDelayMs } = this.#options
    const untilMs = clock.now() + retryForMs
    const attempt: Attempt = { maybeDone: false, instance: this.#instance }
    for (let delayMs = retryDelayMs; ; delayMs = Math.min(2 * delayMs, RETRY_DELAY_MAX_MS)) {
      const outcome = await this.#attempt(call, attempt)
      if ('value' in outcome) return outcome.value
      if (call.signal?.aborted) throw aborted(call, attempt.maybeDone)
      if (this.#isClosed && !attempt.maybeDone) throw storeClosed()
      const isLate = this.#isClosed || clock.now() + delayMs > untilMs
      if (isLate) throw this.#gaveUp(call, attempt, outcome.failure)
      await clock.sleep(delayMs, call.signal).catch(() => {})
      if (call.signal?.aborted) throw aborted(call, attempt.maybeDone)
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#options.transport.close()
  }

  /** Gives the value, or what is worth another attempt; anything else is thrown. */
  async #attempt<T>(call: HttpCall<T>, attempt: Attempt): Promise<Outcome<T>> {
    if (call.signal?.aborted) throw aborted(call, attempt.maybeDone)
    try {
      const response = await this.#send(call, attempt)
      this.#instance = response.header(headers.instance) ?? this.#instance
      if (response.status >= 200 && response.status < 300) {
        return { value: await call.read(response) }
      }
      return await this.#refused<T>(attempt, response)
    } catch (reason) {
      if (!(reason instanceof TransportError)) throw reason
      if (reason.sent && call.repeat !== 'freely') attempt.maybeDone = true
      return { failure: reason }
    }
  }

  async #send<T>(call: HttpCall<T>, { maybeDone, instance }: Attempt): Promise<HttpResponse> {
    const { transport, prefix, token, namespace, timeoutMs } = this.#options
    const { method, path, body, mediaType, signal, repeat, patient = false } = call
    const bound = maybeDone && repeat === 'here'
    return transport.send({
      method,
      path: `${prefix}${path}`,
      headers: {
        'accept-encoding': 'identity',
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(namespace !== null && { [headers.namespace]: namespace }),
        ...(mediaType !== undefined && body !== undefined && { 'content-type': mediaType }),
        ...(bound && instance !== null && { [headers.instance]: instance }),
        ...call.headers,
      },
      timeoutMs: patient ? timeoutMs * PATIENCE : timeoutMs,
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    })
  }

  async #refused<T>(attempt: Attempt, response: HttpResponse): Promise<Outcome<T>> {
    const { status } = response
    const text = await textOf(response)
    if (status === HttpStatus.handleLost) throw new HandleLostError(attempt.maybeDone)
    const refusedUnseen =
      status === HttpStatus.unavailable && response.header('retry-after') !== undefined
    const error = errorIn(text, status, this.server)
    if (error === null) {
      // Somebody between us and the server answered for it.
      throw new TransportError(`status ${status}`, { sent: !refusedUnseen, timedOut: false })
    }
    if (refusedUnseen) return { failure: error }
    throw error
  }

  #gaveUp<T>(call: HttpCall<T>, { maybeDone }: Attempt, cause: Error): ThreadStoreError {
    if (maybeDone) {
      return new ThreadStoreError(
        'OUTCOME_UNKNOWN',
        `${call.what}: ${this.server} did not say what became of it; read before repeating it`,
        { reason: 'connection-lost' },
        { cause },
      )
    }
    if (ThreadStoreError.is(cause)) return cause
    const reason = cause instanceof TransportError && cause.timedOut ? 'timeout' : 'unavailable'
    return new ThreadStoreError(
      'RETRYABLE',
      `${call.what}: ${this.server} cannot be reached: ${cause.message}`,
      { reason },
      { cause },
    )
  }
}

interface Attempt {
  maybeDone: boolean
  readonly instance: string | null
}

type Outcome<T> = { readonly value: T } | { readonly failure: Error }

function aborted<T>({ what, signal }: HttpCall<T>, maybeDone: boolean): ThreadStoreError {
  const cause: unknown = signal?.reason
  return maybeDone
    ? new ThreadStoreError(
        'OUTCOME_UNKNOWN',
        `${what} was aborted while it was under way; read before repeating it`,
        { reason: 'connection-lost' },
        { cause },
      )
    : new ThreadStoreError('RETRYABLE', `${what} was aborted`, { reason: 'aborted' }, { cause })
}

/** Most of an error there is use for. */
const ERROR_BYTES_MAX = 1024 * 1024

async function textOf({ body }: HttpResponse): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length > ERROR_BYTES_MAX) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** `null` for what somebody between us and the server says of a server that it cannot reach. */
function errorIn(text: string, status: number, server: string): ThreadStoreError | null {
  const value = parseJson(text)
  const known = knownWireError(value)
  if (known !== null || status >= 500) return known
  return value === undefined ? unreadable(server, status, text) : errorFromWire(value, server)
}

function unreadable(server: string, status: number, text: string): ThreadStoreError {
  const shown = text.replace(/\s+/g, ' ').slice(0, 200)
  return new ThreadStoreError(
    'INTERNAL',
    `${server} answered with status ${status} in a form of its own: ${shown}`,
    { reason: 'foreign-error' },
  )
}
