import assert from 'node:assert/strict'
import { systemClock } from '../../../src/host/clock.js'
import type { JsonObject } from '../../../src/protocol/json.js'
import type { AppServerClient } from '../app-server-client.js'
import type { FlowCase } from '../flow-case.js'
import { refused, runTurn, startThread, talkedThread } from '../steps.js'

export const listCases: readonly FlowCase[] = [
  {
    id: 'list.pages',
    title: 'a list goes from new to old in pages that neither skip nor repeat',
    requirements: ['FLOW-10'],
    run: async ({ client }) => {
      const ids: string[] = []
      for (const text of ['one', 'two', 'three']) {
        ids.unshift(await talkedThread(client, [text]))
        // Codex pages by the second.
        await nextSecond()
      }
      await startThread(client)
      assert.deepEqual(await listed(client, {}), ids)
      const first = await client.request('thread/list', { limit: 2 })
      assert.deepEqual(idsOf(first), ids.slice(0, 2))
      const rest = await client.request('thread/list', {
        limit: 2,
        cursor: first['nextCursor'] ?? null,
      })
      assert.deepEqual(idsOf(rest), ids.slice(2))
      assert.equal(rest['nextCursor'], null)
      assert.deepEqual(await listed(client, { sortDirection: 'asc' }), ids.toReversed())
    },
  },
  {
    id: 'list.filters',
    title: 'a list holds what the request asks for',
    requirements: ['FLOW-11'],
    run: async ({ client, project }) => {
      const here = await talkedThread(client, ['a needle in here'], { cwd: await project() })
      assert.deepEqual(await listed(client, {}), [here])
      assert.deepEqual(await listed(client, { cwd: await project() }), [here])
      assert.deepEqual(await listed(client, { cwd: `${await project()}/` }), [here])
      assert.deepEqual(await listed(client, { cwd: '/elsewhere' }), [])
      assert.deepEqual(await listed(client, { modelProviders: ['somebody'] }), [])
      assert.deepEqual(await listed(client, { modelProviders: [] }), [here])
      assert.deepEqual(await listed(client, { sourceKinds: ['vscode'] }), [here])
      assert.deepEqual(await listed(client, { sourceKinds: ['cli'] }), [])
      assert.deepEqual(await listed(client, { sourceKinds: [] }), [here])
      assert.deepEqual(await listed(client, { searchTerm: 'needle' }), [here])
      assert.deepEqual(await listed(client, { searchTerm: 'haystack' }), [])
      assert.deepEqual(await listed(client, { archived: true }), [])
    },
  },
  {
    id: 'list.updated',
    title: 'a list goes by the last time something was said when it is asked to',
    requirements: ['FLOW-10'],
    run: async ({ client }) => {
      const first = await talkedThread(client, ['one'])
      await nextSecond()
      const second = await talkedThread(client, ['two'])
      await nextSecond()
      await runTurn(client, first, 'again')
      assert.deepEqual(await listed(client, { sortKey: 'updated_at' }), [first, second])
      assert.deepEqual(await listed(client, { sortKey: 'created_at' }), [second, first])
    },
  },
  {
    id: 'list.spawned',
    title: 'spawned threads are listed when they are asked for',
    requirements: ['FLOW-11'],
    doors: ['spawn'],
    run: async ({ client, spawn }) => {
      const threadId = await talkedThread(client)
      const child = await spawn(threadId)
      assert.deepEqual(await listed(client, {}), [threadId])
      assert.deepEqual(await listed(client, { sourceKinds: ['subAgentThreadSpawn'] }), [child])
      assert.deepEqual(await listed(client, { sourceKinds: ['subAgentReview'] }), [])
      assert.deepEqual(
        new Set(await listed(client, { sourceKinds: ['vscode', 'subAgent'] })),
        new Set([child, threadId]),
      )
    },
  },
  {
    id: 'list.loaded',
    title: 'loaded threads are listed by their ids, page by page',
    requirements: ['FLOW-10'],
    run: async ({ client }) => {
      const ids = [await startThread(client), await startThread(client)].toSorted()
      const whole = await client.request('thread/loaded/list', {})
      assert.deepEqual([...(whole['data'] as string[])].toSorted(), ids)
      const first = await client.request('thread/loaded/list', { limit: 1 })
      const cursor = first['nextCursor'] ?? null
      const rest = await client.request('thread/loaded/list', { cursor })
      assert.deepEqual([...(first['data'] as string[]), ...(rest['data'] as string[])], ids)
    },
  },
  {
    id: 'list.backwards',
    title: 'the backwards cursor finds what came since',
    requirements: ['FLOW-12'],
    run: async ({ client }) => {
      await talkedThread(client, ['long before'])
      await nextSecond()
      const before = await talkedThread(client, ['before'])
      const page = await client.request('thread/list', {})
      await nextSecond()
      const since = await talkedThread(client, ['since'])
      const cursor = page['backwardsCursor'] ?? null
      const found = await listed(client, { cursor, sortDirection: 'asc' })
      // The thread that the cursor was made at may come again.
      assert.deepEqual(
        found.filter((id) => id !== before),
        [since],
      )
    },
  },
  {
    id: 'list.bad-cursor',
    title: 'a cursor that is none is refused',
    requirements: ['FLOW-9'],
    run: async ({ client }) => {
      await refused(
        client,
        'thread/list',
        { cursor: 'not-a-cursor' },
        'invalid cursor: not-a-cursor',
      )
    },
  },
]

export async function listed(client: AppServerClient, params: JsonObject): Promise<string[]> {
  return idsOf(await client.request('thread/list', params))
}

function idsOf(result: JsonObject): string[] {
  return (result['data'] as readonly JsonObject[]).map(({ id }) => id as string)
}

async function nextSecond(): Promise<void> {
  await systemClock.sleep(1_100)
}
