import assert from 'node:assert/strict'
import type { FlowCase } from '../flow-case.js'
import {
  idOf,
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
import { historyReads } from './resume.js'

export const forkCases: readonly FlowCase[] = [
  {
    id: 'fork.order',
    title: 'a fork is answered for, then its tokens are told, then the fork itself',
    requirements: ['FLOW-28'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one', 'two'])
      const before = turnsOf(await read(client, threadId))
      const from = client.messages.length
      const forked = await client.request('thread/fork', { threadId })
      const forkId = idOf(forked)
      await client.notification('thread/started', forkId, from)
      assert.deepEqual(story(client, from), [
        'response',
        'thread/tokenUsage/updated',
        'thread/started',
      ])
      assert.notEqual(forkId, threadId)
      assert.equal(threadOf(forked)['forkedFromId'], threadId)
      assert.deepEqual(turnsOf(threadOf(forked)), before)
      const usage = await client.notification('thread/tokenUsage/updated', forkId, from)
      assert.equal(usage['turnId'], before[1]?.['id'])
    },
  },
  {
    id: 'fork.own-life',
    title: 'what is said in a fork is not said in its source',
    requirements: ['FLOW-28'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one'])
      const forkId = idOf(await client.request('thread/fork', { threadId }))
      await runTurn(client, forkId, 'in the fork')
      assert.equal(turnsOf(await read(client, threadId)).length, 1)
      assert.deepEqual(said(turnsOf(await read(client, forkId))), [
        'user one',
        'agent reply to: one',
        'user in the fork',
        'agent reply to: in the fork',
      ])
      assert.equal((await read(client, forkId, false))['forkedFromId'], threadId)
    },
  },
  {
    id: 'fork.name',
    title: 'a fork goes by the name of its source',
    requirements: ['FLOW-29'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      await client.request('thread/name/set', { threadId, name: 'a name' })
      const forked = await client.request('thread/fork', { threadId })
      assert.equal(threadOf(forked)['name'], 'a name')
      assert.equal((await read(client, idOf(forked), false))['name'], 'a name')
    },
  },
  {
    id: 'fork.running',
    title: 'a running turn is interrupted in the fork and nowhere else',
    requirements: ['FLOW-30'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one'])
      await slowTurn(client, threadId)
      const forked = await client.request('thread/fork', { threadId })
      const statuses = turnsOf(threadOf(forked)).map(({ status }) => status)
      assert.deepEqual(statuses, ['completed', 'interrupted'])
      const source = turnsOf(await read(client, threadId)).map(({ status }) => status)
      assert.deepEqual(source, ['completed', 'inProgress'])
    },
  },
  {
    id: 'fork.ephemeral',
    title: 'an ephemeral fork has its source’s turns and is nowhere else',
    requirements: ['FLOW-31'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one'])
      const forked = threadOf(await client.request('thread/fork', { threadId, ephemeral: true }))
      assert.equal(forked['path'], null)
      assert.equal(forked['ephemeral'], true)
      assert.deepEqual(said(turnsOf(forked)), ['user one', 'agent reply to: one'])
      const { data } = await client.request('thread/list', {})
      assert.deepEqual(
        (data as readonly { readonly id: string }[]).map(({ id }) => id),
        [threadId],
      )
    },
  },
  {
    id: 'fork.no-turns',
    title: 'a fork without turns is answered for without them and without tokens',
    requirements: ['FLOW-24'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one'])
      const from = client.messages.length
      const forked = await client.request('thread/fork', { threadId, excludeTurns: true })
      await client.notification('thread/started', idOf(forked), from)
      assert.deepEqual(story(client, from), ['response', 'thread/started'])
      assert.deepEqual(turnsOf(threadOf(forked)), [])
      assert.deepEqual(said(turnsOf(await read(client, idOf(forked)))), [
        'user one',
        'agent reply to: one',
      ])
    },
  },
  {
    id: 'fork.once',
    title: 'a fork reads the history once',
    requirements: ['FLOW-27'],
    doors: ['store-calls'],
    run: async ({ client, storeCalls }) => {
      const threadId = await talkedThread(client)
      const before = historyReads(storeCalls())
      await client.request('thread/fork', { threadId })
      await settled(client)
      assert.equal(historyReads(storeCalls()) - before, 1, 'the history is read once')
    },
  },
]
