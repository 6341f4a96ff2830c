import { isJsonObject, type JsonObject } from '../../../src/protocol/json.js'
import type { FlowMutant } from './flow-mutant.js'
import { changedParams, forgives, onResult, spelled, without } from './parts.js'

/** What should have been refused is not. */
const forgiving: readonly (readonly [FlowMutant['violates'], string])[] = [
  ['FLOW-1', 'initialize'],
  ['FLOW-5', 'thread/turns/list'],
  ['FLOW-6', 'thread/fork'],
  ['FLOW-9', 'thread/list'],
  ['FLOW-9', 'thread/turns/list'],
  ['FLOW-15', 'thread/metadata/update'],
  ['FLOW-18', 'thread/name/set'],
  ['FLOW-19', 'thread/resume'],
  ['FLOW-20', 'thread/unarchive'],
  ['FLOW-22', 'thread/rollback'],
  ['FLOW-26', 'thread/resume'],
  ['FLOW-34', 'turn/steer'],
  ['FLOW-38', 'review/start'],
  ['FLOW-40', 'thread/list'],
  ['FLOW-52', 'thread/resume'],
  ['FLOW-53', 'thread/resume'],
  ['FLOW-54', 'thread/inject_items'],
]

const noRollout = 'no rollout found for thread id '

/** What is taken for granted, ignored or not looked at. */
export const refusingMutants: readonly FlowMutant[] = [
  ...forgiving.map(([violates, method]): FlowMutant => ({
    id: `${method} refuses nothing of what ${violates} is about`,
    violates,
    says: forgives(method),
  })),
  {
    id: 'a thread is read with its first turn alone',
    violates: 'FLOW-7',
    says: onResult('thread/read', (result) => {
      const thread = result['thread'] as JsonObject
      const turns = thread['turns'] as readonly JsonObject[]
      return { ...result, thread: { ...thread, turns: turns.slice(0, 1) } }
    }),
  },
  {
    id: 'a method that is known by name alone is not known at all',
    violates: 'FLOW-40',
    says: (message, request) => {
      const { error } = message
      if (request?.['method'] !== 'thread/turns/items/list' || !isJsonObject(error))
        return [message]
      return [{ ...message, error: { ...error, code: -32_600 } }]
    },
  },
  {
    id: 'an ephemeral thread that is to be deleted is not known',
    violates: 'FLOW-50',
    says: spelled('thread is not persisted and cannot be deleted: ', noRollout),
  },
  {
    id: 'all loaded threads are on one page',
    violates: 'FLOW-10',
    hears: (request) => [changedParams(request, 'thread/loaded/list', { limit: null })],
  },
  {
    id: 'a list heeds nothing but providers',
    violates: 'FLOW-11',
    hears: (request) => {
      const { modelProviders } = (request['params'] ?? {}) as JsonObject
      const params = modelProviders === undefined ? {} : { modelProviders }
      return [request['method'] === 'thread/list' ? { ...request, params } : request]
    },
  },
  {
    id: 'a page does not say where to ask for what came since',
    violates: 'FLOW-12',
    says: onResult('thread/list', (result) => ({ ...result, backwardsCursor: null })),
  },
  {
    id: 'a memory mode is told to everybody',
    violates: 'FLOW-16',
    says: (message, request) =>
      request?.['method'] === 'thread/memoryMode/set' && 'result' in message
        ? [message, { method: 'thread/closed', params: { threadId: 'x' } }]
        : [message],
  },
  {
    id: 'a running turn is completed in a fork',
    violates: 'FLOW-30',
    says: spelled('"interrupted"', '"completed"'),
  },
  {
    id: 'a compaction is not told of',
    violates: 'FLOW-32',
    says: (message) => (JSON.stringify(message).includes('contextCompaction') ? [] : [message]),
  },
  {
    id: 'a review never leaves review mode',
    violates: 'FLOW-35',
    says: spelled('"exitedReviewMode"', '"enteredReviewMode"'),
  },
  {
    id: 'a client that unsubscribes goes on being told',
    violates: 'FLOW-42',
    hears: (request) =>
      request['method'] === 'thread/unsubscribe'
        ? [{ ...request, method: 'thread/read' }]
        : [request],
  },
  {
    id: 'names are told to nobody',
    violates: 'FLOW-43',
    says: without('thread/name/updated'),
  },
  {
    id: 'what a client opted out of is forgotten',
    violates: 'FLOW-44',
    hears: (request) => [changedParams(request, 'initialize', { capabilities: null })],
  },
]
