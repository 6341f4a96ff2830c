import type { JsonObject } from '../../src/protocol/json.js'
import { isJsonObject } from '../../src/protocol/json.js'
import { parseJson } from '../../src/protocol/parse-json.js'
import { shapeProblem } from './shape-problem.js'
import type { Wire } from './wire.js'

/** What a request was answered with: one of the two. */
export interface AppServerReply {
  readonly result?: JsonObject
  readonly error?: { readonly code: number; readonly message: string }
}

/** Any message the server sent, in the order in which it came. */
export type AppServerMessage = JsonObject

interface Waiter {
  readonly matches: (message: AppServerMessage) => boolean
  readonly resolve: (message: AppServerMessage) => void
  readonly reject: (error: Error) => void
}

/** A client of an app-server, and the log of everything the server said. */
export class AppServerClient {
  readonly #wire: Wire
  readonly #messages: AppServerMessage[] = []
  readonly #strays: string[] = []
  readonly #asked = new Map<unknown, string>()
  readonly #problems: string[] = []
  readonly #said: string[] = []
  #waiters: Waiter[] = []
  #lastId = 0
  #gone: Error | null = null

  constructor(wire: Wire) {
    this.#wire = wire
    wire.listen({ onLine: (line) => this.#receive(line), onEnd: (why) => this.#fail(why) })
  }

  /** Everything the server has sent so far. */
  get messages(): readonly AppServerMessage[] {
    return this.#messages
  }

  /** Everything both sides have said, line by line. */
  get said(): readonly string[] {
    return this.#said
  }

  /** What of it has not the shape of the schema. */
  get shapeProblems(): readonly string[] {
    return this.#problems
  }

  /** Begins the conversation, as every client must. */
  async initialize(name = 'threadstore', params: JsonObject = {}): Promise<AppServerReply> {
    const reply = await this.call('initialize', {
      clientInfo: { name, title: name, version: '1' },
      capabilities: { experimentalApi: true },
      ...params,
    })
    this.notify('initialized', {})
    return reply
  }

  /** Sends a request and waits for its answer, be it a result or an error. */
  async call(method: string, params: JsonObject): Promise<AppServerReply> {
    const id = this.send(method, params)
    const message = await this.waitFor(
      (candidate) => candidate['id'] === id && !candidate['method'],
    )
    return message
  }

  /** Sends a request that must succeed. */
  async request(method: string, params: JsonObject): Promise<JsonObject> {
    const { result, error } = await this.call(method, params)
    if (result === undefined)
      throw new Error(`${method} failed: ${error?.message} (${error?.code})`)
    return result
  }

  /** Sends a request without waiting; its id. */
  send(method: string, params: JsonObject): number {
    this.#lastId += 1
    this.#asked.set(this.#lastId, method)
    this.write(JSON.stringify({ jsonrpc: '2.0', id: this.#lastId, method, params }))
    return this.#lastId
  }

  notify(method: string, params: JsonObject): void {
    this.write(JSON.stringify({ jsonrpc: '2.0', method, params }))
  }

  /** Writes one line as it is. */
  write(line: string): void {
    this.#said.push(`> ${line}`)
    this.#wire.write(line)
  }

  /** The first message that matches, from the log after `from` on or still to come. */
  async waitFor(
    matches: (message: AppServerMessage) => boolean,
    from = 0,
    timeoutMs = 30_000,
  ): Promise<AppServerMessage> {
    const known = this.#messages.slice(from).find(matches)
    if (known !== undefined) return known
    if (this.#gone !== null) throw this.#gone
    const found = new Promise<AppServerMessage>((resolve, reject) => {
      this.#waiters.push({ matches, resolve, reject })
    })
    return await withDeadline(found, timeoutMs, () => this.#described('no such message came'))
  }

  /** The notification of a method for a thread. */
  async notification(method: string, threadId?: string, from = 0): Promise<JsonObject> {
    const message = await this.waitFor(
      (candidate) =>
        candidate['method'] === method &&
        (threadId === undefined || threadOf(candidate) === threadId),
      from,
    )
    return message['params'] as JsonObject
  }

  /** Ends the conversation; the server’s exit code, where it is a process. */
  async close(): Promise<number | null> {
    return this.#wire.close()
  }

  kill(): void {
    this.#wire.kill()
  }

  #receive(line: string): void {
    this.#said.push(`< ${line}`)
    const message = parseJson(line)
    if (!isJsonObject(message)) {
      this.#strays.push(line)
      return
    }
    this.#messages.push(message)
    const problem = shapeProblem(message, this.#asked.get(message['id']))
    if (problem !== null) this.#problems.push(problem)
    const waiting = this.#waiters
    this.#waiters = waiting.filter((waiter) => !waiter.matches(message))
    for (const waiter of waiting) if (waiter.matches(message)) waiter.resolve(message)
  }

  #fail(why: string): void {
    this.#gone ??= new Error(this.#described(why))
    for (const waiter of this.#waiters) waiter.reject(this.#gone)
    this.#waiters = []
  }

  #described(why: string): string {
    const strays = this.#strays.join('\n').slice(-2_000)
    return `app-server: ${why}${strays === '' ? '' : `\nwhat it said that is no JSON: ${strays}`}`
  }
}

function threadOf(message: AppServerMessage): unknown {
  const { params } = message
  if (!isJsonObject(params)) return undefined
  const { thread } = params
  return params['threadId'] ?? (isJsonObject(thread) ? thread['id'] : undefined)
}

async function withDeadline<T>(work: Promise<T>, ms: number, why: () => string): Promise<T> {
  const deadline = AbortSignal.timeout(ms)
  const late = new Promise<never>((_resolve, reject) => {
    deadline.addEventListener('abort', () => reject(new Error(why())))
  })
  return await Promise.race([work, late])
}
