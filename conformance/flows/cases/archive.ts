import assert from 'node:assert/strict'
import type { FlowCase } from '../flow-case.js'
import { read, refused, story, talkedThread, threadOf } from '../steps.js'
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
]
