import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/protocol/json.js'
import { parseJson } from '../../../src/protocol/parse-json.js'
import type { Says, State } from './flow-mutant.js'

/** Every message with one thing spelled otherwise. */
export function spelled(text: string, other: string): Says {
  return (message) => {
    const changed = parseJson(JSON.stringify(message).replaceAll(text, other))
    return [isJsonObject(changed) ? changed : message]
  }
}

/** A notification that is not sent. */
export function without(method: string): Says {
  return (message) => (message['method'] === method ? [] : [message])
}

/** A response that is held back until a notification was sent. */
export function afterwards(method: string, notification: string): Says {
  return (message, request, state) => {
    if (request?.['method'] === method && 'result' in message) {
      state.set('held', [message])
      return []
    }
    const held = state.get('held') ?? []
    if (message['method'] !== notification || held.length === 0) return [message]
    state.delete('held')
    return [message, ...held]
  }
}

/** The announcement of a review is held back until its response was sent. */
export function beforeAnnouncement(
  message: JsonObject,
  request: JsonObject | null,
  state: State,
): JsonObject[] {
  const thread = threadIn(message)
  if (message['method'] === 'thread/started' && thread?.['forkedFromId'] !== null) {
    state.set('held', [message])
    return []
  }
  if (request?.['method'] !== 'review/start') return [message]
  const held = state.get('held') ?? []
  state.delete('held')
  return [message, ...held]
}

/** A notification that says something else. */
export function onNotification(method: string, change: (params: JsonObject) => JsonObject): Says {
  return (message) =>
    message['method'] === method
      ? [{ ...message, params: change(message['params'] as JsonObject) }]
      : [message]
}

/** A response that says something else. */
export function onResult(method: string, change: (result: JsonObject) => JsonObject): Says {
  return (message, request) =>
    request?.['method'] === method && isJsonObject(message['result'])
      ? [{ ...message, result: change(message['result']) }]
      : [message]
}

/** Threads that are told otherwise, wherever they are. */
export function inThreads(change: (thread: JsonObject) => JsonObject): Says {
  return (message) => {
    const thread = threadIn(message)
    return [thread === null ? message : withThread(message, change(thread))]
  }
}

/** The thread in a response or notification. */
export function threadIn(message: JsonObject): JsonObject | null {
  const holder = message['result'] ?? message['params']
  const thread = isJsonObject(holder) ? holder['thread'] : null
  return isJsonObject(thread) ? thread : null
}

/** The message with another thread in it. */
export function withThread(message: JsonObject, thread: JsonObject): JsonObject {
  const field = 'result' in message ? 'result' : 'params'
  return { ...message, [field]: { ...(message[field] as JsonObject), thread } }
}

/** A page in the other order. */
export function reversedData(result: JsonObject): JsonObject {
  return { ...result, data: (result['data'] as readonly JsonValue[]).toReversed() }
}

/** A request of one method with other params. */
export function changedParams(request: JsonObject, method: string, change: JsonObject): JsonObject {
  if (request['method'] !== method) return request
  return { ...request, params: { ...(request['params'] as JsonObject), ...change } }
}

/** A second reading of the thread that a request is about. */
export function again(request: JsonObject): JsonObject {
  const { threadId } = request['params'] as JsonObject
  const params = { threadId: threadId ?? '', includeTurns: true }
  return { id: 'again', method: 'thread/read', params }
}

/** Refusals of a method that are answered as if nothing were wrong. */
export function forgives(method: string): Says {
  return (message, request) =>
    request?.['method'] === method && 'error' in message
      ? [{ id: message['id'] ?? null, result: {} }]
      : [message]
}
