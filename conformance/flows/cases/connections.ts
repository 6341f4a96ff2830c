import assert from 'node:assert/strict'
import type { AppServerClient } from '../app-server-client.js'
import type { FlowCase } from '../flow-case.js'
import { read, runTurn, settled, slowTurn, story, talkedThread } from '../steps.js'

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
]

function isIdleAgain({ method, params }: AppServerClient['messages'][number]): boolean {
  if (method !== 'thread/status/changed') return false
  return JSON.stringify(params).includes('"idle"')
}
