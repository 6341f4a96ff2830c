import type { AppServerClient } from '../../../conformance/flows/app-server-client.js'
import { systemClock } from '../../../src/host/clock.js'
import { isJsonObject, type JsonObject, textAt } from '../../../src/protocol/json.js'

const SETTLE_MS = 60

/** Requests that may make a thread. */
const makers = new Set(['thread/start', 'thread/fork', 'thread/resume', 'review/start'])

/** What a server said between one thing the client did and the next. */
export interface RecordedStep {
  readonly name: string
  readonly messages: readonly RecordedMessage[]
}

/** A message, and for responses the method of the request. */
export interface RecordedMessage {
  readonly kind: string
  readonly body: JsonObject
}

/** A client at work, whose log is cut into steps. */
export class Session {
  readonly project: string
  readonly #client: AppServerClient
  readonly #steps: RecordedStep[]
  readonly #requests = new Map<number, string>()
  #seen = 0

  constructor(client: AppServerClient, project: string, steps: RecordedStep[]) {
    this.#client = client
    this.project = project
    this.#steps = steps
  }

  /** Introduces the client, which is a step like any other. */
  async hello(): Promise<void> {
    await this.ask('initialize', {
      clientInfo: { name: 'differential', title: 'differential', version: '1' },
      capabilities: { experimentalApi: true },
    })
    this.#client.notify('initialized', {})
  }

  /** A request as a step of its own; its result, or nothing when it was refused. */
  async ask(method: string, params: JsonObject, name: string = method): Promise<JsonObject> {
    const id = await this.#send(method, params)
    const reply = await this.#client.waitFor(
      (message) => message['id'] === id && message['method'] === undefined,
    )
    await this.#cut(name)
    return isJsonObject(reply['result']) ? reply['result'] : {}
  }

  /** A request that begins a turn, up to the end of that turn. */
  async turn(method: string, params: JsonObject, name: string): Promise<string> {
    const from = this.#client.messages.length
    const id = await this.#send(method, params)
    const reply = await this.#client.waitFor((message) => message['id'] === id)
    const result = isJsonObject(reply['result']) ? reply['result'] : {}
    const threadId = textAt(result, 'reviewThreadId') ?? textAt(params, 'threadId') ?? ''
    await this.#client.notification('turn/completed', threadId, from)
    await this.#cut(name)
    return textAt(result, 'reviewThreadId') ?? ''
  }

  async say(threadId: string, text: string): Promise<void> {
    await this.turn('turn/start', { threadId, input: [{ type: 'text', text }] }, `say ${text}`)
  }

  /** Begins a turn that lasts, up to the point at which what was said is stored. */
  async begin(threadId: string): Promise<string> {
    const from = this.#client.messages.length
    const input = [{ type: 'text', text: 'SLOW' }]
    const id = await this.#send('turn/start', { threadId, input })
    await this.#client.notification('item/completed', threadId, from)
    const reply = await this.#client.waitFor((message) => message['id'] === id)
    await this.#cut('say SLOW')
    return ((reply['result'] as JsonObject)['turn'] as JsonObject)['id'] as string
  }

  async #send(method: string, params: JsonObject): Promise<number> {
    // Lists of Codex skip threads that were made in the same second.
    if (makers.has(method)) await systemClock.sleep(1_010 - (systemClock.now() % 1_000))
    const id = this.#client.send(method, params)
    this.#requests.set(id, method)
    return id
  }

  /** Everything is told that follows from what was asked; the rest belongs to the next step. */
  async #cut(name: string): Promise<void> {
    // Codex tells some things by themselves, a moment after the response.
    await systemClock.sleep(SETTLE_MS)
    const id = this.#client.send('thread/loaded/list', {})
    await this.#client.waitFor((message) => message['id'] === id)
    const told = this.#client.messages.slice(this.#seen)
    this.#seen = this.#client.messages.length
    const messages = told.filter((message) => message['id'] !== id || message['method'])
    this.#steps.push({ name, messages: messages.map((message) => this.#recorded(message)) })
  }

  #recorded(message: JsonObject): RecordedMessage {
    const { method, id, params, result, error } = message
    if (typeof method === 'string') return { kind: method, body: params as JsonObject }
    const asked = this.#requests.get(id as number) ?? 'nothing'
    if (isJsonObject(error)) return { kind: `refusal of ${asked}`, body: error }
    return { kind: `response to ${asked}`, body: isJsonObject(result) ? result : {} }
  }
}
