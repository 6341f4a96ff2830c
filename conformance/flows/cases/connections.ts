import assert from 'node:assert/strict'
import type { JsonObject } from '../../../src/protocol/json.js'
import type { AppServerClient } from '../app-server-client.js'
import type { FlowCase } from '../flow-case.js'
import {
  read,
  runTurn,
  said,
  settled,
  slowTurn,
  story,
  talkedThread,
  threadOf,
  turnsOf,
} from '../steps.js'

export const connectionCases: readonly FlowCase[] = [
  {
    id: 'unsubscribe.silence',
    title: 'a client that unsubscribed is told of turns no more',
    requirements: ['FLOW-42'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      const first = await client.request('thread/unsubscribe', { threadId })
      assert.equal(first['status'], 'unsubscribed')
      const again = await client.request('thread/unsubscribe', { threadId })
      assert.equal(again['status'], 'notSubscribed')
      const from = client.messages.length
      await client.request('turn/start', { threadId, input: [{ type: 'text', text: 'quietly' }] })
      await client.waitFor(isIdleAgain, from)
      await settled(client)
      const told = story(client, from).filter((one) => !one.startsWith('thread/status/changed'))
      assert.deepEqual(told, ['response', 'response'])
    },
  },
  {
    id: 'opt-out.silence',
    title: 'a client is not told what it opted out of',
    requirements: ['FLOW-44'],
    doors: ['several-connections'],
    run: async ({ stranger }) => {
      const client = stranger()
      await client.initialize('quiet', {
        capabilities: {
          experimentalApi: true,
          optOutNotificationMethods: ['thread/started', 'item/started'],
        },
      })
      const threadId = await talkedThread(client)
      assert.equal((await read(client, threadId))['id'], threadId)
      const methods = new Set(client.messages.map(({ method }) => method))
      assert.ok(methods.has('item/completed') && methods.has('turn/started'))
      assert.ok(!methods.has('thread/started') && !methods.has('item/started'))
    },
  },
  {
    id: 'connections.turns',
    title: 'turns are told to those who follow the thread',
    requirements: ['FLOW-43'],
    doors: ['several-connections'],
    run: async ({ client, second }) => {
      const other = await second()
      const threadId = await talkedThread(client)
      await settled(other)
      const told = story(other, 0).filter((one) => !one.startsWith('thread/status/changed'))
      // The answers to initialize and to settled, and the announcement.
      assert.deepEqual(told, ['response', 'thread/started', 'response'])
      await other.request('thread/resume', { threadId })
      const from = other.messages.length
      await runTurn(client, threadId, 'for both')
      await settled(other)
      assert.ok(story(other, from).includes('turn/completed completed'))
    },
  },
  {
    id: 'connections.tokens',
    title: 'replayed tokens are told to the client that asked and to no other',
    requirements: ['FLOW-43'],
    doors: ['several-connections'],
    run: async ({ client, second }) => {
      const threadId = await talkedThread(client)
      const other = await second()
      const from = client.messages.length
      await other.request('thread/resume', { threadId })
      await other.notification('thread/tokenUsage/updated', threadId)
      const fork = await other.request('thread/fork', { threadId })
      assert.ok(fork['thread'])
      await settled(client)
      assert.deepEqual(story(client, from), ['thread/started', 'response'])
    },
  },
  {
    id: 'connections.names',
    title: 'names are told to every client, whether it follows the thread or not',
    requirements: ['FLOW-43', 'FLOW-13'],
    doors: ['several-connections'],
    run: async ({ client, second }) => {
      const threadId = await talkedThread(client)
      const other = await second()
      await client.request('thread/name/set', { threadId, name: 'for all' })
      for (const one of [client, other]) {
        const told = await one.notification('thread/name/updated', threadId)
        assert.deepEqual(told, { threadId, threadName: 'for all' })
      }
    },
  },
  {
    id: 'connections.running',
    title: 'a client that joins a running thread hears the rest of its turn after the answer',
    requirements: ['FLOW-25'],
    doors: ['several-connections'],
    run: async ({ client, second }) => {
      const threadId = await talkedThread(client)
      const turnId = await slowTurn(client, threadId)
      const other = await second()
      const from = other.messages.length
      await other.request('thread/resume', { threadId })
      await client.request('turn/interrupt', { threadId, turnId })
      await other.notification('turn/completed', threadId, from)
      const told = story(other, from)
      assert.equal(told[0], 'response')
      assert.equal(told[1], 'thread/tokenUsage/updated')
      assert.equal(told.at(-1), 'turn/completed interrupted')
    },
  },
  {
    id: 'connections.order',
    title: 'each client is answered in the order in which it asked, whatever others ask',
    requirements: ['FLOW-57'],
    doors: ['several-connections'],
    run: async ({ client, second }) => {
      const other = await second()
      const threadId = await talkedThread(client)
      const sent = [client, other].map((one) => ({
        one,
        from: one.messages.length,
        ids: Array.from({ length: 12 }, (_, i) =>
          i % 3 === 0
            ? one.send('thread/name/set', { threadId, name: `name ${i}` })
            : one.send('thread/read', { threadId, includeTurns: i % 3 === 1 }),
        ),
      }))
      for (const { one, from, ids } of sent) {
        await one.waitFor(({ id }) => id === ids.at(-1), from)
        const responses = one.messages.slice(from).filter(({ method }) => method === undefined)
        assert.deepEqual(
          responses.map(({ id, error }) => ({ id, error })),
          ids.map((id) => ({ id, error: undefined })),
        )
      }
    },
  },
  {
    id: 'connections.both',
    title: 'what two clients say at once is said in one turn or in two, and none is lost',
    requirements: ['FLOW-57'],
    doors: ['several-connections'],
    run: async ({ client, second }) => {
      const threadId = await talkedThread(client, ['before'])
      const other = await second()
      await other.request('thread/resume', { threadId })
      const starts = [client, other].map(async (one, i) => {
        const input = [{ type: 'text', text: `from ${i}` }]
        const { turn } = await one.request('turn/start', { threadId, input })
        return (turn as JsonObject)['id'] as string
      })
      for (const turnId of await Promise.all(starts)) {
        for (const one of [client, other]) {
          await one.waitFor(
            ({ method, params }) =>
              method === 'turn/completed' && JSON.stringify(params).includes(turnId),
          )
        }
      }
      const texts = said(turnsOf(await read(client, threadId)))
      for (const text of ['user from 0', 'user from 1']) {
        assert.equal(texts.filter((one) => one === text).length, 1, text)
      }
    },
  },
  {
    id: 'connections.gone',
    title: 'a client that leaves takes neither threads nor turns with it',
    requirements: ['FLOW-57'],
    doors: ['several-connections'],
    run: async ({ client, second }) => {
      const other = await second()
      const threadId = await talkedThread(other)
      const turnId = await slowTurn(other, threadId)
      await other.close()
      const resumed = threadOf(await client.request('thread/resume', { threadId }))
      assert.equal(turnsOf(resumed).at(-1)?.['status'], 'inProgress')
      const from = client.messages.length
      await client.request('turn/interrupt', { threadId, turnId })
      await client.notification('turn/completed', threadId, from)
      assert.equal((await runTurn(client, threadId, 'goes on'))['status'], 'completed')
    },
  },
]

function isIdleAgain({ method, params }: AppServerClient['messages'][number]): boolean {
  if (method !== 'thread/status/changed') return false
  return JSON.stringify(params).includes('"idle"')
}
