import { isJsonObject, type JsonObject } from '../../../src/protocol/json.js'
import type { FlowMutant } from './flow-mutant.js'
import { afterwards, again, changedParams, onResult, spelled, threadIn } from './parts.js'

/** What goes wrong for whoever comes later: who resumes, forks, follows or comes back. */
export const joiningMutants: readonly FlowMutant[] = [
  {
    id: 'resuming a thread counts as something that was said in it',
    violates: 'FLOW-23',
    says: onResult('thread/resume', (result) => {
      const thread = result['thread'] as JsonObject
      return { ...result, thread: { ...thread, updatedAt: Number(thread['updatedAt']) + 1 } }
    }),
  },
  {
    id: 'excludeTurns is ignored in forks',
    violates: 'FLOW-24',
    hears: (request) => [changedParams(request, 'thread/fork', { excludeTurns: false })],
  },
  {
    id: 'a path of nothing is taken for a path',
    violates: 'FLOW-25',
    hears: (request) => {
      const { path } = (request['params'] ?? {}) as JsonObject
      return [path === '' ? changedParams(request, 'thread/resume', { path: '/nowhere' }) : request]
    },
  },
  {
    id: 'a client that joins is answered after its tokens are told',
    violates: 'FLOW-25',
    says: afterwards('thread/resume', 'thread/tokenUsage/updated'),
  },
  {
    id: 'the history is read again when a thread is forked',
    violates: 'FLOW-27',
    hears: (request) =>
      request['method'] === 'thread/fork' ? [request, again(request)] : [request],
    says: (message) => (message['id'] === 'again' ? [] : [message]),
  },
  {
    id: 'what is said in a fork is said in its source too',
    violates: 'FLOW-28',
    hears: (request, state) => {
      const params = (request['params'] ?? {}) as JsonObject
      const [source] = state.get(`source of ${JSON.stringify(params['threadId'])}`) ?? []
      if (request['method'] !== 'turn/start' || source === undefined) return [request]
      return [{ ...request, id: 'again', params: { ...params, ...source } }, request]
    },
    says: (message, request, state) => {
      if (message['id'] === 'again') return []
      const fork = threadIn(message)
      if (request?.['method'] === 'thread/fork' && fork !== null) {
        const { threadId = null } = request['params'] as JsonObject
        state.set(`source of ${JSON.stringify(fork['id'])}`, [{ threadId }])
      }
      return [message]
    },
  },
  {
    id: 'what happens in a thread that was archived once is told twice',
    violates: 'FLOW-17',
    says: (message, request, state) => {
      if (request?.['method'] === 'thread/archive') state.set('archived', [])
      const twice = message['method'] === 'turn/started' && state.has('archived')
      return twice ? [message, message] : [message]
    },
  },
  {
    id: 'who joins a thread is not told how its turns end',
    violates: 'FLOW-43',
    hears: joined,
    says: (message, _request, state) =>
      message['method'] === 'turn/completed' && state.has('joined') ? [] : [message],
  },
  {
    id: 'the tokens of a fork are told to everybody',
    violates: 'FLOW-43',
    says: (message) => {
      const fork = threadIn(message)
      if (message['method'] !== 'thread/started' || !isJsonObject(fork)) return [message]
      if (fork['forkedFromId'] === null) return [message]
      const params = { threadId: fork['id'] ?? null, turnId: '', tokenUsage: {} }
      return [message, { method: 'thread/tokenUsage/updated', params }]
    },
  },
  {
    id: 'a thread that nobody follows forgets that its turn failed',
    violates: 'FLOW-51',
    says: spelled('"systemError"', '"idle"'),
  },
  {
    id: 'a running turn ends when nobody follows it',
    violates: 'FLOW-51',
    says: spelled('"inProgress"', '"interrupted"'),
  },
  {
    id: 'a path is ignored when a thread is forked',
    violates: 'FLOW-52',
    hears: (request) => [changedParams(request, 'thread/fork', { path: null })],
  },
  {
    id: 'a fork begins with nothing',
    violates: 'FLOW-55',
    hears: (request) =>
      request['method'] === 'thread/fork'
        ? [{ ...request, method: 'thread/start', params: {} }]
        : [request],
  },
  {
    id: 'a path names no conversation',
    violates: 'FLOW-56',
    hears: (request) => {
      const { rolloutPath } = (request['params'] ?? {}) as JsonObject
      if (rolloutPath === undefined) return [request]
      const params = { conversationId: '01a20320-ffff-7000-8000-000000000000' }
      return [{ ...request, params }]
    },
  },
  {
    id: 'what a client says that joined a thread is lost',
    violates: 'FLOW-57',
    hears: (request, state) => {
      const input = [{ type: 'text', text: 'lost' }]
      const heard = joined(request, state)
      return state.has('joined')
        ? heard.map((each) => changedParams(each, 'turn/start', { input }))
        : heard
    },
  },
  {
    id: 'a running turn ends when its client leaves',
    violates: 'FLOW-57',
    says: spelled('"inProgress"', '"interrupted"'),
  },
]

/** Remembers that a client joined a thread. */
function joined(request: JsonObject, state: Map<string, JsonObject[]>): JsonObject[] {
  if (request['method'] === 'thread/resume') state.set('joined', [])
  return [request]
}
