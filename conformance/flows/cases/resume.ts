import assert from 'node:assert/strict'
import { systemClock } from '../../../src/host/clock.js'
import type { JsonObject } from '../../../src/protocol/json.js'
import type { FlowCase } from '../flow-case.js'
import {
  read,
  refused,
  said,
  slowTurn,
  settled,
  story,
  talkedThread,
  threadOf,
  turnsOf,
} from '../steps.js'

export const resumeCases: readonly FlowCase[] = [
  {
    id: 'resume.cold',
    title: 'a cold thread is answered for with its turns, then with its tokens',
    requirements: ['FLOW-23'],
    doors: ['restart'],
    run: async ({ client, restart }) => {
      const threadId = await talkedThread(client, ['one', 'two'])
      const before = turnsOf(await read(client, threadId))
      const next = await restart()
      const from = next.messages.length
      const resumed = await next.request('thread/resume', { threadId })
      const usage = await next.notification('thread/tokenUsage/updated', threadId, from)
      const told = story(next, from).filter((one) => one !== 'thread/status/changed idle')
      assert.deepEqual(told, ['response', 'thread/tokenUsage/updated'])
      assert.deepEqual(turnsOf(threadOf(resumed)), before)
      assert.equal(usage['turnId'], before[1]?.['id'])
      const { total, last } = usage['tokenUsage'] as JsonObject
      assert.equal((total as JsonObject)['totalTokens'], 240)
      assert.equal((last as JsonObject)['totalTokens'], 120)
    },
  },
  {
    id: 'resume.once',
    title: 'a cold resume reads the history once',
    requirements: ['FLOW-27'],
    doors: ['restart', 'store-calls'],
    run: async ({ client, restart, storeCalls }) => {
      const threadId = await talkedThread(client)
      const next = await restart()
      const before = historyReads(storeCalls())
      await next.request('thread/resume', { threadId })
      await settled(next)
      assert.equal(historyReads(storeCalls()) - before, 1, 'the history is read once')
    },
  },
  {
    id: 'resume.no-turns',
    title: 'excluded turns are not told, and neither are tokens',
    requirements: ['FLOW-24'],
    doors: ['restart'],
    run: async ({ client, restart }) => {
      const threadId = await talkedThread(client)
      const next = await restart()
      const from = next.messages.length
      const resumed = await next.request('thread/resume', { threadId, excludeTurns: true })
      await settled(next)
      assert.deepEqual(turnsOf(threadOf(resumed)), [])
      const told = story(next, from).filter((one) => one !== 'thread/status/changed idle')
      assert.deepEqual(told, ['response', 'response'])
    },
  },
  {
    id: 'resume.running',
    title: 'a running thread is answered for with the turn that runs, and the turn goes on',
    requirements: ['FLOW-25'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one'])
      const turnId = await slowTurn(client, threadId)
      // Codex adds what is said to the turn a moment after it has told it.
      await systemClock.sleep(500)
      const resumed = threadOf(await client.request('thread/resume', { threadId }))
      assert.equal((resumed['status'] as JsonObject)['type'], 'active')
      const turns = turnsOf(resumed)
      assert.equal(turns.at(-1)?.['status'], 'inProgress')
      assert.deepEqual(said(turns), ['user one', 'agent reply to: one', 'user SLOW'])
      const from = client.messages.length
      await client.request('turn/interrupt', { threadId, turnId })
      await client.notification('turn/completed', threadId, from)
    },
  },
  {
    id: 'resume.quiet',
    title: 'a thread that is resumed was last active when something was last said in it',
    requirements: ['FLOW-23'],
    doors: ['restart'],
    run: async ({ client, restart }) => {
      const threadId = await talkedThread(client, ['one'])
      const before = await read(client, threadId, false)
      // Times are told in seconds.
      await systemClock.sleep(1_100)
      const next = await restart()
      const resumed = threadOf(await next.request('thread/resume', { threadId }))
      assert.equal(resumed['updatedAt'], before['updatedAt'])
      assert.equal((await read(next, threadId, false))['updatedAt'], before['updatedAt'])
    },
  },
  {
    id: 'resume.empty-path',
    title: 'a path of nothing means the thread with the id',
    requirements: ['FLOW-25'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one'])
      const resumed = await client.request('thread/resume', { threadId, path: '' })
      assert.equal(threadOf(resumed)['id'], threadId)
    },
  },
  {
    id: 'resume.other-history',
    title: 'a running thread is not resumed with another history or path',
    requirements: ['FLOW-26'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      await slowTurn(client, threadId)
      const message = { type: 'message', role: 'user', content: [] }
      await refused(
        client,
        'thread/resume',
        { threadId, history: [message] },
        `cannot resume thread ${threadId} with history while it is already running`,
      )
      const stale = { threadId, path: '/nowhere/rollout.jsonl' }
      const { error } = await client.call('thread/resume', stale)
      assert.equal(error?.code, -32_600)
    },
  },
  {
    id: 'resume.cut-off',
    title: 'a turn that its process did not survive is interrupted',
    requirements: ['FLOW-46'],
    doors: ['restart'],
    run: async ({ client, restart }) => {
      const threadId = await talkedThread(client, ['one'])
      await slowTurn(client, threadId)
      const next = await restart(true)
      const statuses = turnsOf(await read(next, threadId)).map(({ status }) => status)
      assert.deepEqual(statuses, ['completed', 'interrupted'])
      const resumed = turnsOf(threadOf(await next.request('thread/resume', { threadId })))
      assert.deepEqual(
        resumed.map(({ status }) => status),
        ['completed', 'interrupted'],
      )
    },
  },
]

export function historyReads(calls: readonly string[]): number {
  return calls.filter((call) => call === 'loadHistory' || call === 'readThread includeHistory')
    .length
}
