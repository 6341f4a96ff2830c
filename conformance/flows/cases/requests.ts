import assert from 'node:assert/strict'
import type { FlowCase } from '../flow-case.js'
import { refused, runTurn, settled, startThread, talkedThread } from '../steps.js'

/** A thread that nobody ever made. */
export const NOBODY = '01a20320-ffff-7000-8000-000000000000'

export const requestCases: readonly FlowCase[] = [
  {
    id: 'request.initialize-first',
    title: 'a client that has not introduced itself is refused, and introduces itself once',
    requirements: ['FLOW-1'],
    doors: ['several-connections'],
    run: async ({ stranger }) => {
      const client = stranger()
      await refused(client, 'thread/list', {}, 'Not initialized')
      await client.initialize()
      const clientInfo = { name: 'again', version: '1' }
      await refused(client, 'initialize', { clientInfo }, 'Already initialized')
    },
  },
  {
    id: 'request.initialize-once',
    title: 'a client that has introduced itself cannot do so again',
    requirements: ['FLOW-1'],
    run: async ({ client }) => {
      const clientInfo = { name: 'again', version: '1' }
      await refused(client, 'initialize', { clientInfo }, 'Already initialized')
    },
  },
  {
    id: 'request.malformed',
    title: 'unknown methods and malformed params are invalid requests',
    requirements: ['FLOW-40'],
    run: async ({ client }) => {
      const invalid = /^Invalid request: /
      await refused(
        client,
        'no/such/method',
        {},
        /^Invalid request: unknown variant `no\/such\/method`/,
      )
      await refused(client, 'thread/read', {}, 'Invalid request: missing field `threadId`')
      await refused(client, 'thread/read', { threadId: 5 }, invalid)
      await refused(client, 'thread/list', { limit: -1 }, invalid)
      await refused(client, 'thread/list', { sortKey: 'mood' }, invalid)
      await refused(client, 'thread/read', { threadId: 'nonsense' }, /^invalid thread id: /)
    },
  },
  {
    id: 'request.unsupported',
    title: 'a method that is known by name alone is no method',
    requirements: ['FLOW-40'],
    run: async ({ client }) => {
      const params = { threadId: NOBODY, turnId: 'x' }
      const text = 'thread/turns/items/list is not supported yet'
      await refused(client, 'thread/turns/items/list', params, text, -32_601)
    },
  },
  {
    id: 'request.unknown-thread',
    title: 'a thread that nobody knows is refused in the words of each request',
    requirements: ['FLOW-39'],
    run: async ({ client }) => {
      const threadId = NOBODY
      const input = [{ type: 'text', text: 'hello' }]
      const notLoaded = `thread not loaded: ${NOBODY}`
      const notFound = `thread not found: ${NOBODY}`
      const noRollout = `no rollout found for thread id ${NOBODY}`
      await refused(client, 'thread/read', { threadId }, notLoaded)
      await refused(client, 'thread/read', { threadId, includeTurns: true }, notLoaded)
      await refused(client, 'thread/turns/list', { threadId }, notLoaded)
      await refused(client, 'thread/name/set', { threadId, name: 'x' }, notFound)
      await refused(client, 'thread/metadata/update', { threadId, gitInfo: { sha: '1' } }, notFound)
      await refused(client, 'thread/memoryMode/set', { threadId, mode: 'disabled' }, notFound)
      await refused(client, 'thread/rollback', { threadId, numTurns: 1 }, notFound)
      await refused(client, 'thread/compact/start', { threadId }, notFound)
      await refused(client, 'turn/start', { threadId, input }, notFound)
      await refused(client, 'turn/interrupt', { threadId, turnId: 'x' }, notFound)
      await refused(client, 'turn/steer', { threadId, input, expectedTurnId: 'x' }, notFound)
      await refused(client, 'thread/archive', { threadId }, noRollout)
      await refused(client, 'thread/resume', { threadId }, noRollout)
      await refused(client, 'thread/fork', { threadId }, noRollout)
      await refused(
        client,
        'thread/unarchive',
        { threadId },
        `no archived rollout found for thread id ${NOBODY}`,
      )
      const { status } = await client.request('thread/unsubscribe', { threadId })
      assert.equal(status, 'notLoaded')
    },
  },
  {
    id: 'request.hostile-lines',
    title: 'the server answers after lines that are no requests',
    requirements: ['FLOW-41'],
    run: async ({ client }) => {
      for (const line of hostileLines) client.write(line)
      assert.deepEqual(await client.request('thread/loaded/list', {}), {
        data: [],
        nextCursor: null,
      })
    },
  },
  {
    id: 'request.shapes',
    title: 'everything the server tells of threads and turns has the shape of the schema',
    requirements: ['FLOW-4'],
    run: async ({ client, project }) => {
      const threadId = await talkedThread(client, ['hello', 'please TOOL'], {
        cwd: await project(),
      })
      await client.request('thread/name/set', { threadId, name: 'a name' })
      await client.request('thread/read', { threadId, includeTurns: true })
      for (const itemsView of ['notLoaded', 'summary', 'full']) {
        await client.request('thread/turns/list', { threadId, itemsView })
      }
      await client.request('thread/list', {})
      await client.request('thread/fork', { threadId })
      await client.request('thread/resume', { threadId })
      await client.request('thread/rollback', { threadId, numTurns: 1 })
      const ephemeral = await startThread(client, { ephemeral: true })
      await runTurn(client, ephemeral)
      await settled(client)
      assert.deepEqual(client.shapeProblems, [])
    },
  },
]

const hostileLines = [
  'garbage',
  '',
  '{}',
  '[]',
  'null',
  '"text"',
  '{"id":1',
  '{"id":"x"}',
  '{"id":null,"method":"thread/list","params":{}}',
  '{"id":{},"method":"thread/list","params":{}}',
  '{"method":"thread/list","params":{}}',
  '{"id":900,"result":{}}',
  '{"__proto__":{"polluted":true},"method":"x"}',
  `{"id":901,"method":"${'m'.repeat(10_000)}","params":{}}`,
  `${'['.repeat(2_000)}`,
  '\u2028\u0000\ud800',
]
