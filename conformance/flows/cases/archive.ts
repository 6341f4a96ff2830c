import assert from 'node:assert/strict'
import { isJsonObject } from '../../../src/protocol/json.js'
import type { AppServerClient } from '../app-server-client.js'
import type { FlowCase } from '../flow-case.js'
import {
  read,
  refused,
  runTurn,
  settled,
  startThread,
  story,
  talkedThread,
  threadOf,
} from '../steps.js'
import { listed } from './list.js'

export const archiveCases: readonly FlowCase[] = [
  {
    id: 'archive.order',
    title: 'an archived thread is unloaded, answered for and told of, in this order',
    requirements: ['FLOW-17'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      const from = client.messages.length
      assert.deepEqual(await client.request('thread/archive', { threadId }), {})
      assert.deepEqual(await client.notification('thread/archived', threadId, from), { threadId })
      assert.deepEqual(story(client, from), [
        'thread/status/changed notLoaded',
        'response',
        'thread/archived',
      ])
      assert.deepEqual(await listed(client, {}), [])
      assert.deepEqual(await listed(client, { archived: true }), [threadId])
    },
  },
  {
    id: 'archive.then',
    title: 'an archived thread gets git facts and nothing else',
    requirements: ['FLOW-18'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      await client.request('thread/archive', { threadId })
      assert.equal((await read(client, threadId))['id'], threadId)
      const text = `no rollout found for thread id ${threadId}`
      await refused(client, 'thread/archive', { threadId }, text)
      await refused(client, 'thread/name/set', { threadId, name: 'late' }, text)
      await refused(client, 'thread/memoryMode/set', { threadId, mode: 'disabled' }, text)
      const gitInfo = { branch: 'late' }
      const updated = await client.request('thread/metadata/update', { threadId, gitInfo })
      assert.deepEqual(threadOf(updated)['gitInfo'], { sha: null, branch: 'late', originUrl: null })
      assert.deepEqual(await listed(client, { archived: true }), [threadId])
    },
  },
  {
    id: 'archive.resume',
    title: 'an archived thread is resumed and forked only once it is unarchived',
    requirements: ['FLOW-19'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      await client.request('thread/archive', { threadId })
      const text = `session ${threadId} is archived. Run \`codex unarchive ${threadId}\` to unarchive it first.`
      await refused(client, 'thread/resume', { threadId }, text)
      await refused(client, 'thread/fork', { threadId }, text)
      await client.request('thread/unarchive', { threadId })
      await client.request('thread/resume', { threadId })
    },
  },
  {
    id: 'archive.followed',
    title: 'a thread that was archived is told of once when it is followed again',
    requirements: ['FLOW-17'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      await client.request('thread/archive', { threadId })
      await client.request('thread/unarchive', { threadId })
      await client.request('thread/resume', { threadId })
      const from = client.messages.length
      await runTurn(client, threadId, 'again')
      await settled(client)
      assert.equal(told(client, 'turn/started', from).length, 1)
      assert.equal(told(client, 'turn/completed', from).length, 1)
    },
  },
  {
    id: 'unarchive.order',
    title: 'an unarchived thread is answered for, then told of',
    requirements: ['FLOW-20'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      const text = `no archived rollout found for thread id ${threadId}`
      await refused(client, 'thread/unarchive', { threadId }, text)
      await client.request('thread/archive', { threadId })
      await client.notification('thread/archived', threadId)
      const from = client.messages.length
      const result = await client.request('thread/unarchive', { threadId })
      assert.equal(threadOf(result)['id'], threadId)
      assert.deepEqual(await client.notification('thread/unarchived', threadId, from), { threadId })
      assert.deepEqual(story(client, from), ['response', 'thread/unarchived'])
      assert.deepEqual(await listed(client, {}), [threadId])
      await refused(client, 'thread/unarchive', { threadId }, text)
    },
  },
  {
    id: 'archive.descendants',
    title: 'what an archived thread spawned is archived after it, the last spawned first',
    requirements: ['FLOW-49'],
    doors: ['spawn'],
    run: async ({ client, spawn }) => {
      const { parent, child, sibling, grandchild, stranger } = await family(client, spawn)
      const from = client.messages.length
      await client.request('thread/archive', { threadId: parent })
      await settled(client)
      assert.deepEqual(told(client, 'thread/archived', from), [parent, grandchild, sibling, child])
      assert.deepEqual(await listed(client, {}), [stranger])
      // A thread that is archived again later takes nothing with it that is archived already.
      await client.request('thread/unarchive', { threadId: parent })
      const again = client.messages.length
      await client.request('thread/archive', { threadId: parent })
      await settled(client)
      assert.deepEqual(told(client, 'thread/archived', again), [parent])
    },
  },
  {
    id: 'archive.beyond',
    title: 'what an archived descendant spawned is archived too, and a missing one is no obstacle',
    requirements: ['FLOW-49'],
    doors: ['spawn'],
    run: async ({ client, spawn }) => {
      const { parent, child, sibling, grandchild } = await family(client, spawn)
      await client.request('thread/archive', { threadId: child })
      await client.request('thread/unarchive', { threadId: grandchild })
      await settled(client)
      const from = client.messages.length
      await client.request('thread/archive', { threadId: parent })
      await settled(client)
      assert.deepEqual(told(client, 'thread/archived', from), [parent, grandchild, sibling])
    },
  },
  {
    id: 'delete.order',
    title: 'a deleted thread is told of after what it spawned, and nothing of them is left',
    requirements: ['FLOW-50'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      const other = await talkedThread(client)
      const from = client.messages.length
      assert.deepEqual(await client.request('thread/delete', { threadId }), {})
      await client.notification('thread/deleted', threadId, from)
      const order = story(client, from)
      assert.deepEqual(order.slice(-2), ['response', 'thread/deleted'])
      await refused(client, 'thread/read', { threadId }, `thread not loaded: ${threadId}`)
      const noRollout = `no rollout found for thread id ${threadId}`
      await refused(client, 'thread/resume', { threadId }, noRollout)
      await refused(client, 'thread/delete', { threadId }, noRollout)
      const unsaid = await startThread(client)
      assert.deepEqual(await client.request('thread/delete', { threadId: unsaid }), {})
      assert.deepEqual(await listed(client, {}), [other])
    },
  },
  {
    id: 'delete.descendants',
    title: 'what a deleted thread spawned goes first, archived or not',
    requirements: ['FLOW-50'],
    doors: ['spawn'],
    run: async ({ client, spawn }) => {
      const { parent, child, sibling, grandchild, stranger } = await family(client, spawn)
      await client.request('thread/archive', { threadId: sibling })
      const from = client.messages.length
      await client.request('thread/delete', { threadId: parent })
      await settled(client)
      assert.deepEqual(told(client, 'thread/deleted', from), [grandchild, sibling, child, parent])
      assert.deepEqual(await listed(client, {}), [stranger])
      assert.deepEqual(await listed(client, { archived: true }), [])
    },
  },
  {
    id: 'delete.ephemeral',
    title: 'an ephemeral thread cannot be deleted',
    requirements: ['FLOW-50'],
    run: async ({ client }) => {
      const threadId = await startThread(client, { ephemeral: true })
      const text = `thread is not persisted and cannot be deleted: ${threadId}`
      await refused(client, 'thread/delete', { threadId }, text)
      await runTurn(client, threadId)
    },
  },
]

/** A thread with two children and a grandchild, and one that is no relative. */
async function family(
  client: AppServerClient,
  spawn: (parent: string) => Promise<string>,
): Promise<Record<'parent' | 'child' | 'sibling' | 'grandchild' | 'stranger', string>> {
  const stranger = await talkedThread(client, ['a stranger'])
  const parent = await talkedThread(client, ['the parent'])
  const child = await spawn(parent)
  const sibling = await spawn(parent)
  const grandchild = await spawn(child)
  return { parent, child, sibling, grandchild, stranger }
}

/** The threads that a notification was sent for, in order. */
function told(client: AppServerClient, method: string, from: number): unknown[] {
  const sent = client.messages.slice(from).filter((message) => message['method'] === method)
  return sent.map(({ params }) => (isJsonObject(params) ? params['threadId'] : null))
}
