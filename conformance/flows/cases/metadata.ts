import assert from 'node:assert/strict'
import { isJsonObject, type JsonObject } from '../../../src/protocol/json.js'
import type { AppServerClient } from '../app-server-client.js'
import type { FlowCase } from '../flow-case.js'
import { read, refused, settled, story, talkedThread, threadOf } from '../steps.js'

export const metadataCases: readonly FlowCase[] = [
  {
    id: 'name.set',
    title: 'a name is trimmed, answered, told, and then everywhere',
    requirements: ['FLOW-13'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      const from = client.messages.length
      const answer = await client.request('thread/name/set', { threadId, name: '  a  name ' })
      assert.deepEqual(answer, {})
      const told = await client.notification('thread/name/updated', threadId, from)
      assert.deepEqual(told, { threadId, threadName: 'a  name' })
      assert.deepEqual(story(client, from), ['response', 'thread/name/updated'])
      assert.equal((await read(client, threadId))['name'], 'a  name')
      assert.equal((await listedThread(client, threadId))['name'], 'a  name')
      const resumed = await client.request('thread/resume', { threadId })
      assert.equal(threadOf(resumed)['name'], 'a  name')
    },
  },
  {
    id: 'name.cold',
    title: 'a thread that is not loaded gets a name too',
    requirements: ['FLOW-13'],
    doors: ['restart'],
    run: async ({ client, restart }) => {
      const threadId = await talkedThread(client)
      const next = await restart()
      const from = next.messages.length
      await next.request('thread/name/set', { threadId, name: 'cold' })
      const told = await next.notification('thread/name/updated', threadId, from)
      assert.deepEqual(told, { threadId, threadName: 'cold' })
      assert.equal((await read(next, threadId, false))['name'], 'cold')
    },
  },
  {
    id: 'metadata.patch',
    title: 'git facts are set, kept and cleared one by one',
    requirements: ['FLOW-14'],
    run: async ({ client, project }) => {
      const threadId = await talkedThread(client, ['hello'], { cwd: await project() })
      const before = (await read(client, threadId))['gitInfo'] as JsonObject
      assert.equal(before['branch'], 'main')
      const set = await patched(client, threadId, { branch: ' feature ' })
      assert.deepEqual(set, { ...before, branch: 'feature' })
      const cleared = await patched(client, threadId, { sha: null })
      assert.deepEqual(cleared, { ...before, branch: 'feature', sha: null })
      assert.deepEqual((await read(client, threadId))['gitInfo'], cleared)
    },
  },
  {
    id: 'metadata.everywhere',
    title: 'a fact that was cleared stays so in lists and after a resume',
    requirements: ['FLOW-14'],
    doors: ['restart'],
    run: async ({ client, project, restart }) => {
      const threadId = await talkedThread(client, ['hello'], { cwd: await project() })
      const next = await restart()
      const cleared = await patched(next, threadId, { sha: null, branch: 'other' })
      assert.equal(isJsonObject(cleared) ? cleared['sha'] : undefined, null)
      assert.deepEqual((await listedThread(next, threadId))['gitInfo'], cleared, 'in the list')
      const resumed = await next.request('thread/resume', { threadId })
      assert.deepEqual(threadOf(resumed)['gitInfo'], cleared, 'in the response to resume')
      assert.deepEqual((await read(next, threadId))['gitInfo'], cleared, 'in a later read')
    },
  },
  {
    id: 'metadata.empty',
    title: 'patches that say nothing are refused',
    requirements: ['FLOW-15'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      const nothing = 'gitInfo must include at least one field'
      await refused(client, 'thread/metadata/update', { threadId }, nothing)
      await refused(client, 'thread/metadata/update', { threadId, gitInfo: {} }, nothing)
      const empty = { threadId, gitInfo: { branch: '  ' } }
      await refused(client, 'thread/metadata/update', empty, 'gitInfo.branch must not be empty')
      await refused(
        client,
        'thread/name/set',
        { threadId, name: ' ' },
        'thread name must not be empty',
      )
    },
  },
  {
    id: 'memory-mode.silent',
    title: 'setting the memory mode is answered and nothing else',
    requirements: ['FLOW-16'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      const from = client.messages.length
      const mode = { threadId, mode: 'disabled' }
      assert.deepEqual(await client.request('thread/memoryMode/set', mode), {})
      await settled(client)
      assert.deepEqual(story(client, from), ['response', 'response'])
      await refused(
        client,
        'thread/memoryMode/set',
        { threadId, mode: 'other' },
        /^Invalid request: /,
      )
    },
  },
]

async function patched(
  client: AppServerClient,
  threadId: string,
  gitInfo: JsonObject,
): Promise<unknown> {
  const result = await client.request('thread/metadata/update', { threadId, gitInfo })
  return threadOf(result)['gitInfo']
}

async function listedThread(client: AppServerClient, threadId: string): Promise<JsonObject> {
  const { data } = await client.request('thread/list', {})
  const found = (data as readonly JsonObject[]).find(({ id }) => id === threadId)
  assert.ok(found, 'the thread is listed')
  return found
}
