import assert from 'node:assert/strict'
import type { FlowCase } from '../flow-case.js'
import { itemsOf, read, refused, said, startThread, talkedThread, turnsOf } from '../steps.js'

export const readCases: readonly FlowCase[] = [
  {
    id: 'read.turns',
    title: 'turns are read when they are asked for, with all their items',
    requirements: ['FLOW-7'],
    run: async ({ client, project }) => {
      const threadId = await talkedThread(client, ['one', 'two'], { cwd: await project() })
      const summary = await read(client, threadId, false)
      const { id, preview, cwd, turns, name, forkedFromId } = summary
      assert.deepEqual(
        { id, preview, cwd, turns, name, forkedFromId },
        {
          id: threadId,
          preview: 'one',
          cwd: await project(),
          turns: [],
          name: null,
          forkedFromId: null,
        },
      )
      const whole = turnsOf(await read(client, threadId))
      assert.deepEqual(
        whole.map(({ status, itemsView }) => [status, itemsView]),
        [
          ['completed', 'full'],
          ['completed', 'full'],
        ],
      )
      assert.deepEqual(said(whole), [
        'user one',
        'agent reply to: one',
        'user two',
        'agent reply to: two',
      ])
      assert.deepEqual(
        whole.flatMap(itemsOf).map((item) => item['id']),
        ['item-1', 'item-2', 'item-3', 'item-4'],
      )
    },
  },
  {
    id: 'read.not-materialized',
    title: 'turns cannot be read or listed before the first user message',
    requirements: ['FLOW-5'],
    run: async ({ client }) => {
      const threadId = await startThread(client)
      assert.equal((await read(client, threadId, false))['preview'], '')
      await refused(
        client,
        'thread/read',
        { threadId, includeTurns: true },
        `thread ${threadId} is not materialized yet; includeTurns is unavailable before first user message`,
      )
      await refused(
        client,
        'thread/turns/list',
        { threadId },
        `thread ${threadId} is not materialized yet; thread/turns/list is unavailable before first user message`,
      )
    },
  },
  {
    id: 'read.nothing-to-load',
    title: 'a thread without a user message cannot be resumed, forked or archived',
    requirements: ['FLOW-6'],
    run: async ({ client }) => {
      const threadId = await startThread(client)
      const text = `no rollout found for thread id ${threadId}`
      await refused(client, 'thread/resume', { threadId }, text)
      await refused(client, 'thread/fork', { threadId }, text)
      await refused(client, 'thread/archive', { threadId }, text)
    },
  },
  {
    id: 'turns.pages',
    title: 'turns page newest first in summaries, and back again',
    requirements: ['FLOW-8'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one', 'please TOOL', 'three'])
      const first = await client.request('thread/turns/list', { threadId, limit: 2 })
      const firstTurns = turnsOf({ turns: first['data'] ?? [] })
      assert.deepEqual(said(firstTurns), [
        'user three',
        'agent reply to: three',
        'user please TOOL',
        'agent reply to: please TOOL',
      ])
      assert.deepEqual(
        firstTurns.map((turn) => [turn['itemsView'], itemsOf(turn).length]),
        [
          ['summary', 2],
          ['summary', 2],
        ],
      )
      const cursor = first['nextCursor'] ?? null
      const rest = await client.request('thread/turns/list', { threadId, cursor })
      assert.deepEqual(said(turnsOf({ turns: rest['data'] ?? [] })), [
        'user one',
        'agent reply to: one',
      ])
      assert.equal(rest['nextCursor'], null)
      const back = await client.request('thread/turns/list', {
        threadId,
        cursor: rest['backwardsCursor'] ?? null,
        sortDirection: 'asc',
        itemsView: 'notLoaded',
      })
      const ids = turnsOf(await read(client, threadId)).map(({ id }) => id)
      assert.deepEqual(
        turnsOf({ turns: back['data'] ?? [] }).map(({ id, items }) => [id, items]),
        ids.map((id) => [id, []]),
      )
    },
  },
  {
    id: 'turns.cursor-gone',
    title: 'a cursor whose turn was rolled back is refused, and so is one that is none',
    requirements: ['FLOW-9'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one', 'two'])
      const page = await client.request('thread/turns/list', { threadId, limit: 1 })
      await client.request('thread/rollback', { threadId, numTurns: 1 })
      await refused(
        client,
        'thread/turns/list',
        { threadId, cursor: page['backwardsCursor'] ?? null },
        'invalid cursor: anchor turn is no longer present',
      )
      await refused(
        client,
        'thread/turns/list',
        { threadId, cursor: 'none' },
        'invalid cursor: none',
      )
    },
  },
]
