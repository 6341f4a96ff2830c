import assert from 'node:assert/strict'
import type { JsonObject } from '../../../src/protocol/json.js'
import type { AppServerClient } from '../app-server-client.js'
import type { FlowCase } from '../flow-case.js'
import { read, runTurn, slowTurn, startThread, story, talkedThread } from '../steps.js'

const UNLOAD_DELAY_MS = 150

export const unloadCases: readonly FlowCase[] = [
  {
    id: 'unsubscribe.stays',
    title: 'a thread that nobody follows stays loaded, with the status it has',
    requirements: ['FLOW-51'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      await runTurn(client, threadId, 'FAIL')
      await unsubscribe(client, threadId)
      assert.deepEqual(await loaded(client), [threadId])
      assert.deepEqual((await read(client, threadId, false))['status'], { type: 'systemError' })
      await client.request('thread/resume', { threadId })
      assert.equal((await runTurn(client, threadId, 'again'))['status'], 'completed')
    },
  },
  {
    id: 'unsubscribe.turn',
    title: 'a turn goes on when its client unsubscribes',
    requirements: ['FLOW-51'],
    run: async ({ client }) => {
      const threadId = await startThread(client)
      const turnId = await slowTurn(client, threadId)
      await unsubscribe(client, threadId)
      const resumed = await client.request('thread/resume', { threadId })
      const turns = (resumed['thread'] as JsonObject)['turns'] as readonly JsonObject[]
      assert.deepEqual(
        turns.map(({ id, status }) => ({ id, status })),
        [{ id: turnId, status: 'inProgress' }],
      )
      await client.request('turn/interrupt', { threadId, turnId })
    },
  },
  {
    id: 'unload.order',
    title: 'a thread that nobody follows any more is unloaded, then told to be closed',
    requirements: ['FLOW-51'],
    doors: ['unload'],
    unloadDelayMs: UNLOAD_DELAY_MS,
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      const from = client.messages.length
      await unsubscribe(client, threadId)
      assert.deepEqual(await client.notification('thread/closed', threadId, from), { threadId })
      assert.deepEqual(story(client, from), [
        'response',
        'thread/status/changed notLoaded',
        'thread/closed',
      ])
      assert.deepEqual(await loaded(client), [])
      assert.deepEqual((await read(client, threadId))['status'], { type: 'notLoaded' })
      await client.request('thread/resume', { threadId })
      assert.equal((await runTurn(client, threadId))['status'], 'completed')
    },
  },
  {
    id: 'unload.followed',
    title: 'a thread that is followed again in time stays loaded',
    requirements: ['FLOW-51'],
    doors: ['unload', 'several-connections'],
    unloadDelayMs: UNLOAD_DELAY_MS,
    run: async ({ client, second }) => {
      const threadId = await talkedThread(client)
      const idle = await talkedThread(client)
      const other = await second()
      await unsubscribe(client, threadId)
      await other.request('thread/resume', { threadId })
      await unsubscribe(client, idle)
      // By then the first would be gone too.
      await client.notification('thread/closed', idle)
      assert.deepEqual(await loaded(client), [threadId])
    },
  },
  {
    id: 'unload.turn',
    title: 'a running turn keeps its thread loaded',
    requirements: ['FLOW-51'],
    doors: ['unload'],
    unloadDelayMs: UNLOAD_DELAY_MS,
    run: async ({ client }) => {
      const threadId = await startThread(client)
      const turnId = await slowTurn(client, threadId)
      const idle = await talkedThread(client)
      await unsubscribe(client, threadId)
      await unsubscribe(client, idle)
      await client.notification('thread/closed', idle)
      assert.deepEqual(await loaded(client), [threadId])
      await client.request('turn/interrupt', { threadId, turnId })
      await client.notification('thread/closed', threadId)
    },
  },
]

async function unsubscribe(client: AppServerClient, threadId: string): Promise<void> {
  const { status } = await client.request('thread/unsubscribe', { threadId })
  assert.equal(status, 'unsubscribed')
}

async function loaded(client: AppServerClient): Promise<unknown> {
  const { data } = await client.request('thread/loaded/list', {})
  return data
}
