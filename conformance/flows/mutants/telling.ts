import { isJsonObject, type JsonObject } from '../../../src/protocol/json.js'
import type { FlowMutant } from './flow-mutant.js'
import {
  afterwards,
  again,
  beforeAnnouncement,
  changedParams,
  inThreads,
  onNotification,
  onResult,
  reversedData,
  spelled,
  threadIn,
  withThread,
  without,
} from './parts.js'

/** What is told at the wrong time, to the wrong client, or not as it is. */
export const tellingMutants: readonly FlowMutant[] = [
  {
    id: 'thread/started comes before the response to thread/start',
    violates: 'FLOW-2',
    says: afterwards('thread/start', 'thread/started'),
  },
  {
    id: 'thread/started is not sent',
    violates: 'FLOW-2',
    says: without('thread/started'),
  },
  {
    id: 'items are completed without being begun',
    violates: 'FLOW-3',
    says: without('item/started'),
  },
  {
    id: 'tokens are not told',
    violates: 'FLOW-3',
    says: without('thread/tokenUsage/updated'),
  },
  {
    id: 'thread/fork is answered after its thread/started',
    violates: 'FLOW-28',
    says: afterwards('thread/fork', 'thread/started'),
  },
  {
    id: 'a name is told before it is answered for',
    violates: 'FLOW-13',
    says: afterwards('thread/name/set', 'thread/name/updated'),
  },
  {
    id: 'a name is not trimmed when it is told',
    violates: 'FLOW-13',
    says: onNotification('thread/name/updated', (params) => ({
      ...params,
      threadName: ` ${JSON.stringify(params['threadName'])}`,
    })),
  },
  {
    id: 'a thread is told to be archived before it is answered for',
    violates: 'FLOW-17',
    says: afterwards('thread/archive', 'thread/archived'),
  },
  {
    id: 'archiving does not tell that the thread is unloaded',
    violates: 'FLOW-17',
    says: (message) =>
      JSON.stringify(message).includes('"status":{"type":"notLoaded"}') && 'method' in message
        ? []
        : [message],
  },
  {
    id: 'a detached review is announced after its response',
    violates: 'FLOW-36',
    says: beforeAnnouncement,
  },
  {
    id: 'a detached review loses its directory',
    violates: 'FLOW-37',
    says: inThreads((thread) =>
      thread['forkedFromId'] === null ? thread : { ...thread, cwd: '/' },
    ),
  },
  {
    id: 'rollback is answered from memory, with the turns that were taken back',
    violates: 'FLOW-21',
    says: (message, request, state) => {
      const thread = threadIn(message)
      const turns = (thread?.['turns'] ?? []) as readonly JsonObject[]
      if (request?.['method'] === 'thread/rollback' && thread !== null) {
        const stale = state.get('turns') ?? [{ id: 'gone', items: [] }]
        return [withThread(message, { ...thread, turns: stale })]
      }
      if (turns.length > 0) state.set('turns', [...turns])
      return [message]
    },
  },
  {
    id: 'the history is read again when a thread is resumed',
    violates: 'FLOW-27',
    hears: (request) =>
      request['method'] === 'thread/resume' ? [request, again(request)] : [request],
    says: (message) => (message['id'] === 'again' ? [] : [message]),
  },
  {
    id: 'replayed tokens belong to the first turn',
    violates: 'FLOW-23',
    says: (message, request, state) => {
      const turns = (threadIn(message)?.['turns'] ?? []) as readonly JsonObject[]
      if (request !== null && turns.length > 0) state.set('turns', [...turns])
      const first = state.get('turns')?.[0]?.['id']
      if (message['method'] !== 'thread/tokenUsage/updated' || first === undefined) return [message]
      return [{ ...message, params: { ...(message['params'] as JsonObject), turnId: first } }]
    },
  },
  {
    id: 'excludeTurns is ignored',
    violates: 'FLOW-24',
    hears: (request) => [changedParams(request, 'thread/resume', { excludeTurns: false })],
  },
  {
    id: 'a running turn is left out of the response to resume',
    violates: 'FLOW-25',
    says: onResult('thread/resume', (result) => {
      const thread = result['thread'] as JsonObject
      const turns = (thread['turns'] ?? []) as readonly JsonObject[]
      const ended = turns.filter(({ status }) => status !== 'inProgress')
      return { ...result, thread: { ...thread, turns: ended } }
    }),
  },
  {
    id: 'a fork keeps the id of its source as its own parent only',
    violates: 'FLOW-28',
    says: onResult('thread/fork', (result) => {
      const thread = result['thread'] as JsonObject
      return { ...result, thread: { ...thread, forkedFromId: null } }
    }),
  },
  {
    id: 'a fork loses the name of its source',
    violates: 'FLOW-29',
    says: onResult('thread/fork', (result) => {
      const thread = result['thread'] as JsonObject
      return { ...result, thread: { ...thread, name: null } }
    }),
  },
  {
    id: 'an ephemeral thread has a path',
    violates: 'FLOW-31',
    says: inThreads((thread) =>
      thread['ephemeral'] === true ? { ...thread, path: '/x' } : thread,
    ),
  },
  {
    id: 'an interrupted turn ends before the interrupt is answered',
    violates: 'FLOW-33',
    says: afterwards('turn/interrupt', 'turn/completed'),
  },
  {
    id: 'turns/list goes from old to new',
    violates: 'FLOW-8',
    says: onResult('thread/turns/list', reversedData),
  },
  {
    id: 'thread/list goes from old to new',
    violates: 'FLOW-10',
    says: onResult('thread/list', reversedData),
  },
  {
    id: 'clearing a git fact keeps it',
    violates: 'FLOW-14',
    hears: (request) => {
      const params = isJsonObject(request['params']) ? request['params'] : {}
      const git = isJsonObject(params['gitInfo']) ? params['gitInfo'] : {}
      const kept = Object.entries(git).filter(([, value]) => value !== null)
      const gitInfo = kept.length === 0 ? { branch: 'main' } : Object.fromEntries(kept)
      return [changedParams(request, 'thread/metadata/update', { gitInfo })]
    },
  },
  {
    id: 'errors have the code of an internal one',
    violates: 'FLOW-39',
    says: (message) =>
      isJsonObject(message['error'])
        ? [{ ...message, error: { ...message['error'], code: -32_603 } }]
        : [message],
  },
  {
    id: 'text ends at U+2028',
    violates: 'FLOW-47',
    says: spelled('\u2028', ' '),
  },
  {
    id: 'a failed turn leaves the thread idle',
    violates: 'FLOW-45',
    says: spelled('"systemError"', '"idle"'),
  },
  {
    id: 'pieces of a message are dropped',
    violates: 'FLOW-48',
    says: without('item/agentMessage/delta'),
  },
  {
    id: 'a turn that was cut off reads as running',
    violates: 'FLOW-46',
    says: spelled('"interrupted"', '"inProgress"'),
  },
  {
    id: 'the first line that is no request stops the server',
    violates: 'FLOW-41',
    hears: (request, state) => {
      if (!('method' in request)) state.set('stopped', [])
      return state.has('stopped') ? [] : [request]
    },
  },
  {
    id: 'a response says more than the schema knows of',
    violates: 'FLOW-4',
    says: onResult('thread/read', (result) => ({ ...result, more: true })),
  },
  {
    id: 'descendants are archived and nobody is told',
    violates: 'FLOW-49',
    says: (message, request, state) => {
      if (request?.['method'] === 'thread/archive') state.set('first', [])
      if (message['method'] !== 'thread/archived') return [message]
      return state.delete('first') ? [message] : []
    },
  },
  {
    id: 'a thread is told to be deleted before it is answered for',
    violates: 'FLOW-50',
    says: afterwards('thread/delete', 'thread/deleted'),
  },
  {
    id: 'descendants are deleted and nobody is told',
    violates: 'FLOW-50',
    says: (message, request, state) => {
      if (request?.['method'] === 'thread/delete')
        state.set('asked', [request['params'] as JsonObject])
      const { threadId } = (message['params'] ?? {}) as JsonObject
      const asked = state.get('asked')?.[0]?.['threadId'] === threadId
      return message['method'] === 'thread/deleted' && !asked ? [] : [message]
    },
  },
  {
    id: 'a thread is unloaded and not told to be closed',
    violates: 'FLOW-51',
    says: without('thread/closed'),
  },
  {
    id: 'a thread has another path before there is a file',
    violates: 'FLOW-52',
    says: onResult('thread/start', (result) => ({
      ...result,
      thread: { ...(result['thread'] as JsonObject), path: '/tmp/elsewhere.jsonl' },
    })),
  },
  {
    id: 'a history that a client kept is forgotten',
    violates: 'FLOW-53',
    hears: (request) => {
      const { history } = request['params'] as JsonObject
      if (!Array.isArray(history) || history.length === 0) return [request]
      return [changedParams(request, 'thread/resume', { history: [history[0] as JsonObject] })]
    },
  },
  {
    id: 'injected items are not shown to the model',
    violates: 'FLOW-54',
    hears: (request) => {
      const { items } = (request['params'] ?? {}) as JsonObject
      if (!Array.isArray(items) || items.length === 0) return [request]
      const item = { type: 'message', role: 'developer', content: [] }
      return [changedParams(request, 'thread/inject_items', { items: [item] })]
    },
  },
  {
    id: 'a rollback is told and not done',
    violates: 'FLOW-55',
    hears: (request) =>
      request['method'] === 'thread/rollback' ? [{ ...request, method: 'thread/read' }] : [request],
  },
  {
    id: 'a summary has no preview',
    violates: 'FLOW-56',
    says: onResult('getConversationSummary', (result) => ({
      summary: { ...(result['summary'] as JsonObject), preview: '' },
    })),
  },
  {
    id: 'a name is answered for after what was asked later',
    violates: 'FLOW-57',
    says: (message, request, state) => {
      if (request?.['method'] === 'thread/name/set') {
        state.set('later', [message])
        return []
      }
      if (request === null) return [message]
      const later = state.get('later') ?? []
      state.delete('later')
      return [message, ...later]
    },
  },
]
