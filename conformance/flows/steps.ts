import assert from 'node:assert/strict'
import { systemClock } from '../../src/host/clock.js'
import { isJsonObject, type JsonObject, textAt } from '../../src/protocol/json.js'
import type { AppServerClient, AppServerMessage } from './app-server-client.js'

/** Methods that Codex may put in anywhere: they are about the account, the machine or goals. */
const asides = [
  'account/',
  'remoteControl/',
  'thread/goal/',
  'warning',
  'deprecationNotice',
  'configWarning',
  'mcpServer/',
  'skills/',
  'app/',
]

/** Starts a thread; its id. */
export async function startThread(
  client: AppServerClient,
  params: JsonObject = {},
): Promise<string> {
  const threadId = idOf(await client.request('thread/start', params))
  // Whatever is announced about it is told before this is.
  await settled(client)
  return threadId
}

/** Says something and waits until the turn has ended; the turn as it ended. */
export async function runTurn(
  client: AppServerClient,
  threadId: string,
  text = 'hello',
): Promise<JsonObject> {
  const from = client.messages.length
  await client.request('turn/start', turnParams(threadId, text))
  const { turn } = await client.notification('turn/completed', threadId, from)
  return turn as JsonObject
}

/** A thread in which something was said. */
export async function talkedThread(
  client: AppServerClient,
  texts: readonly string[] = ['hello'],
  params: JsonObject = {},
): Promise<string> {
  const threadId = await startThread(client, params)
  for (const text of texts) await runTurn(client, threadId, text)
  return threadId
}

/** Begins a turn that lasts, and waits until what was said is stored. */
export async function slowTurn(client: AppServerClient, threadId: string): Promise<string> {
  const from = client.messages.length
  const { turn } = await client.request('turn/start', turnParams(threadId, 'SLOW'))
  await client.notification('item/completed', threadId, from)
  return (turn as JsonObject)['id'] as string
}

export function turnParams(threadId: string, text: string): JsonObject {
  return { threadId, input: [{ type: 'text', text }] }
}

/** A thread as it reads, with its turns unless told otherwise. */
export async function read(
  client: AppServerClient,
  threadId: string,
  includeTurns = true,
): Promise<JsonObject> {
  const { thread } = await client.request('thread/read', { threadId, includeTurns })
  return thread as JsonObject
}

export function idOf(result: JsonObject): string {
  return threadOf(result)['id'] as string
}

export function threadOf(result: JsonObject): JsonObject {
  return result['thread'] as JsonObject
}

export function turnsOf(thread: JsonObject): readonly JsonObject[] {
  return thread['turns'] as readonly JsonObject[]
}

export function itemsOf(turn: JsonObject): readonly JsonObject[] {
  return turn['items'] as readonly JsonObject[]
}

/** What was said in turns, one text for each item: `user hello`, `agent reply to: hello`. */
export function said(turns: readonly JsonObject[]): string[] {
  return turns.flatMap(itemsOf).flatMap((item) => {
    if (item['type'] === 'agentMessage') return [`agent ${textAt(item, 'text') ?? ''}`]
    if (item['type'] !== 'userMessage') return []
    const [part] = item['content'] as readonly JsonObject[]
    return [`user ${textAt(part ?? {}, 'text') ?? ''}`]
  })
}

/** A request is refused with this code and text. */
export async function refused(
  client: AppServerClient,
  method: string,
  params: JsonObject,
  message: string | RegExp,
  code = -32_600,
): Promise<void> {
  const { error, result } = await client.call(method, params)
  assert.equal(error?.code, code, `${method} is answered with ${JSON.stringify(result ?? error)}`)
  if (typeof message === 'string') assert.equal(error?.message, message)
  else assert.match(error?.message ?? '', message)
}

/** What a server said from a place in the log on, in short, without asides. */
export function story(client: AppServerClient, from: number): string[] {
  return client.messages
    .slice(from)
    .filter((message) => !isAside(message))
    .map(inShort)
}

/** Waits a moment: Codex says that a turn has ended just before it lets go of it. */
export async function turnLetGo(): Promise<void> {
  await systemClock.sleep(100)
}

/** Waits until the server has answered everything it was asked before. */
export async function settled(client: AppServerClient): Promise<void> {
  await client.call('thread/loaded/list', {})
}

function isAside({ method }: AppServerMessage): boolean {
  return typeof method === 'string' && asides.some((aside) => method.startsWith(aside))
}

function inShort(message: AppServerMessage): string {
  const { method, params } = message
  if (typeof method !== 'string') return 'error' in message ? 'error response' : 'response'
  if (!isJsonObject(params)) return method
  const { status, item, turn } = params
  if (method === 'thread/status/changed' && isJsonObject(status)) {
    return `${method} ${textAt(status, 'type') ?? ''}`
  }
  if (isJsonObject(item)) return `${method} ${textAt(item, 'type') ?? ''}`
  if (method === 'turn/completed' && isJsonObject(turn))
    return `${method} ${textAt(turn, 'status') ?? ''}`
  return method
}
