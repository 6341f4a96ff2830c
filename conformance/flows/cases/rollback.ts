import assert from 'node:assert/strict'
import type { FlowCase } from '../flow-case.js'
import {
  read,
  refused,
  said,
  slowTurn,
  story,
  talkedThread,
  threadOf,
  turnLetGo,
  turnsOf,
} from '../steps.js'

export const rollbackCases: readonly FlowCase[] = [
  {
    id: 'rollback.turns',
    title: 'a rollback is answered with the turns that stand',
    requirements: ['FLOW-21'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one', 'two', 'three'])
      await turnLetGo()
      const from = client.messages.length
      const result = await client.request('thread/rollback', { threadId, numTurns: 2 })
      const told = story(client, from).filter((one) => one !== 'thread/tokenUsage/updated')
      assert.deepEqual(told, ['response'])
      const turns = turnsOf(threadOf(result))
      assert.deepEqual(said(turns), ['user one', 'agent reply to: one'])
      assert.deepEqual(turnsOf(await read(client, threadId)), turns)
      const page = await client.request('thread/turns/list', { threadId, itemsView: 'full' })
      assert.deepEqual(page['data'], turns)
    },
  },
  {
    id: 'rollback.resume',
    title: 'what was rolled back stays so when the thread is resumed',
    requirements: ['FLOW-21'],
    doors: ['restart'],
    run: async ({ client, restart }) => {
      const threadId = await talkedThread(client, ['one', 'two'])
      await turnLetGo()
      const result = await client.request('thread/rollback', { threadId, numTurns: 1 })
      const next = await restart()
      const resumed = await next.request('thread/resume', { threadId })
      assert.deepEqual(turnsOf(threadOf(resumed)), turnsOf(threadOf(result)))
    },
  },
  {
    id: 'rollback.all',
    title: 'a rollback of more turns than there are leaves none',
    requirements: ['FLOW-21'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one'])
      await turnLetGo()
      const result = await client.request('thread/rollback', { threadId, numTurns: 99 })
      assert.deepEqual(turnsOf(threadOf(result)), [])
      assert.deepEqual(turnsOf(await read(client, threadId)), [])
    },
  },
  {
    id: 'rollback.refused',
    title: 'a rollback of nothing or of a running turn is refused and changes nothing',
    requirements: ['FLOW-22'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one'])
      await refused(client, 'thread/rollback', { threadId, numTurns: 0 }, 'numTurns must be >= 1')
      await slowTurn(client, threadId)
      await refused(
        client,
        'thread/rollback',
        { threadId, numTurns: 1 },
        'Cannot rollback while a turn is in progress.',
      )
      assert.equal(turnsOf(await read(client, threadId)).length, 2)
    },
  },
]
