import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { isJsonObject, type JsonObject, textAt } from '../../../src/protocol/json.js'
import type { AppServerClient } from '../app-server-client.js'
import type { FlowCase } from '../flow-case.js'
import { idOf, read, refused, said, talkedThread, threadOf, turnsOf } from '../steps.js'
import { NOBODY } from './requests.js'

const LOCAL_ONLY = 'rollout path queries are only supported with the local thread store'

export const pathCases: readonly FlowCase[] = [
  {
    id: 'path.early',
    title: 'the path of a thread is the same before there is a file and after',
    requirements: ['FLOW-52'],
    run: async ({ client }) => {
      const { thread } = await client.request('thread/start', {})
      const threadId = idOf({ thread: thread ?? null })
      const path = (thread as JsonObject)['path']
      assert.equal((await read(client, threadId, false))['path'], path)
      await talkedThread(client, ['elsewhere'])
      await client.request('turn/start', { threadId, input: [{ type: 'text', text: 'one' }] })
      await client.notification('turn/completed', threadId)
      assert.equal((await read(client, threadId))['path'], path)
    },
  },
  {
    id: 'path.resume',
    title: 'a path names the thread that is resumed, whatever id stands beside it',
    requirements: ['FLOW-52'],
    doors: ['restart'],
    run: async ({ client, restart }) => {
      const threadId = await talkedThread(client, ['one'])
      const path = await pathOf(client, threadId)
      const next = await restart()
      const params = { threadId: NOBODY, path: path ?? '/nowhere.jsonl' }
      if (path === null) return refused(next, 'thread/resume', params, LOCAL_ONLY)
      const resumed = threadOf(await next.request('thread/resume', params))
      assert.equal(resumed['id'], threadId)
      assert.deepEqual(said(turnsOf(resumed)), ['user one', 'agent reply to: one'])
    },
  },
  {
    id: 'path.fork',
    title: 'a path names the thread that is forked',
    requirements: ['FLOW-52'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one'])
      const path = await pathOf(client, threadId)
      const params = { threadId: NOBODY, path: path ?? '/nowhere.jsonl' }
      if (path === null) return refused(client, 'thread/fork', params, LOCAL_ONLY)
      const forked = threadOf(await client.request('thread/fork', params))
      assert.equal(forked['forkedFromId'], threadId)
      assert.deepEqual(said(turnsOf(forked)), ['user one', 'agent reply to: one'])
    },
  },
  {
    id: 'path.folder',
    title: 'a folder is no thread',
    requirements: ['FLOW-52'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one'])
      const path = dirname((await pathOf(client, threadId)) ?? '/a/b')
      for (const method of ['thread/resume', 'thread/fork']) {
        const { error } = await client.call(method, { threadId: NOBODY, path })
        assert.equal(error?.code, -32_600, method)
      }
    },
  },
  {
    id: 'summary.id',
    title: 'a conversation is summed up by its id',
    requirements: ['FLOW-56'],
    run: async ({ client, project }) => {
      const threadId = await talkedThread(client, ['one'], { cwd: await project() })
      const { preview, cwd, path } = await summary(client, { conversationId: threadId })
      assert.deepEqual({ preview, cwd }, { preview: 'one', cwd: await project() })
      assert.equal(path, (await pathOf(client, threadId)) ?? '')
      await refused(
        client,
        'getConversationSummary',
        { conversationId: NOBODY },
        `no rollout found for conversation id ${NOBODY}`,
      )
    },
  },
  {
    id: 'summary.path',
    title: 'a conversation is summed up by its path',
    requirements: ['FLOW-56'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one'])
      const path = await pathOf(client, threadId)
      const params = { rolloutPath: path ?? '/nowhere.jsonl' }
      if (path === null) return refused(client, 'getConversationSummary', params, LOCAL_ONLY)
      assert.equal((await summary(client, params))['conversationId'], threadId)
      const relative = path.slice(path.indexOf('sessions/'))
      const found = await summary(client, { rolloutPath: relative })
      assert.equal(found['conversationId'], threadId)
    },
  },
]

async function pathOf(client: AppServerClient, threadId: string): Promise<string | null> {
  return textAt(await read(client, threadId, false), 'path')
}

async function summary(client: AppServerClient, params: JsonObject): Promise<JsonObject> {
  const result = await client.request('getConversationSummary', params)
  assert.ok(isJsonObject(result['summary']))
  return result['summary']
}
