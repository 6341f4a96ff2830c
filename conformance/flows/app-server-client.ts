import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createLineSplitter } from '../../src/history/split-lines.js'
import type { JsonObject } from '../../src/protocol/json.js'
import { isJsonObject } from '../../src/protocol/json.js'
import { parseJson } from '../../src/protocol/parse-json.js'

/** How an app-server is started. */
export interface AppServerCommand {
  readonly command: string
  readonly args: readonly string[]
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
}

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

/** A client of an app-server on stdio, and the log of everything the server said. */
export class AppServerClient {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #messages: AppServerMessage[] = []
  readonly #stderr: string[] = []
  readonly #exited: Promise<number | null>
  #waiters: Waiter[] = []
  #lastId = 0
  #gone: Error | null = null

  constructor(start: AppServerCommand) {
    this.#child = spawn(start.command, [...start.args], {
      env: { ...start.env },
      ...(start.cwd === undefined ? {} : { cwd: start.cwd }),
      stdio: 'pipe',
    })
    // A write to a server that has just died fails here; what matters is told by `#fail`.
    this.#child.stdin.on('error', () => undefined)
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => this.#stderr.push(text))
    // Not readline, which takes U+2028 for the end of a line: messages hold what users type.
    const lines = createLineSplitter((line) => this.#receive(line.bytes?.toString('utf8') ?? ''))
    this.#child.stdout.on('data', (chunk: Buffer) => lines.push(chunk))
    this.#exited = new Promise((resolve) => {
      this.#child.once('error', (error) => this.#fail(error.message))
      this.#child.once('close', (code, signal) => {
        this.#fail(`it ended with ${signal ?? `exit code ${code}`}`)
        resolve(code)
      })
    })
  }

  /** Everything the server has sent so far. */
  get messages(): readonly AppServerMessage[] {
    return this.#messages
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
    this.write(JSON.stringify({ jsonrpc: '2.0', id: this.#lastId, method, params }))
    return this.#lastId
  }

  notify(method: string, params: JsonObject): void {
    this.write(JSON.stringify({ jsonrpc: '2.0', method, params }))
  }

  /** Writes one line as it is. */
  write(line: string): void {
    this.#child.stdin.write(`${line}\n`)
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

  /** Ends the server by closing its input; kills it when that is not enough. */
  async close(): Promise<number | null> {
    this.#child.stdin.end()
    const timer = AbortSignal.timeout(5_000)
    timer.addEventListener('abort', () => this.#child.kill('SIGKILL'))
    return await this.#exited
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#child.kill(signal)
  }

  #receive(line: string): void {
    const message = parseJson(line)
    if (!isJsonObject(message)) {
      this.#stderr.push(`stdout: ${line}\n`)
      return
    }
    this.#messages.push(message)
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
    const stderr = this.#stderr.join('').slice(-2_000)
    return `app-server: ${why}${stderr === '' ? '' : `\nits last words: ${stderr}`}`
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
