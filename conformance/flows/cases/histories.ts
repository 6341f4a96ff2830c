import assert from 'node:assert/strict'
import type { JsonObject } from '../../../src/protocol/json.js'
import type { AppServerClient } from '../app-server-client.js'
import type { FlowCase } from '../flow-case.js'
import { idOf, read, refused, runTurn, said, talkedThread, threadOf, turnsOf } from '../steps.js'
import { NOBODY } from './requests.js'

export const historyCases: readonly FlowCase[] = [
  {
    id: 'resume.history',
    title: 'a history that a client kept begins a thread that goes on from it',
    requirements: ['FLOW-53'],
    run: async ({ client }) => {
      const history = [message('user', 'kept'), message('assistant', 'as told')]
      const params = { threadId: NOBODY, history }
      const resumed = threadOf(await client.request('thread/resume', params))
      const threadId = idOf({ thread: resumed })
      assert.notEqual(threadId, NOBODY)
      assert.equal(resumed['preview'], 'kept')
      assert.deepEqual(resumed['turns'], [])
      assert.notEqual(resumed['cwd'], '')
      assert.equal(await recalled(client, threadId), 'kept | as told')
    },
  },
  {
    id: 'resume.no-history',
    title: 'a history of nothing is refused',
    requirements: ['FLOW-53'],
    run: async ({ client }) => {
      const nothing = { threadId: NOBODY, history: [] }
      await refused(client, 'thread/resume', nothing, 'history must not be empty')
    },
  },
  {
    id: 'inject.shown',
    title: 'injected items are shown to the model and to nobody else',
    requirements: ['FLOW-54'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one'])
      const items = [message('user', 'injected')]
      assert.deepEqual(await client.request('thread/inject_items', { threadId, items }), {})
      assert.equal(await recalled(client, threadId), 'one | reply to: one | injected')
      const turns = turnsOf(await read(client, threadId))
      assert.deepEqual(
        said(turns).filter((text) => text.startsWith('user ')),
        ['user one', 'user RECALL'],
      )
    },
  },
  {
    id: 'inject.resumed',
    title: 'injected items are shown again when the thread is resumed',
    requirements: ['FLOW-54'],
    doors: ['restart'],
    run: async ({ client, restart }) => {
      const threadId = await talkedThread(client, ['one'])
      const items = [message('user', 'injected')]
      await client.request('thread/inject_items', { threadId, items })
      const next = await restart()
      await next.request('thread/resume', { threadId })
      assert.equal(await recalled(next, threadId), 'one | reply to: one | injected')
    },
  },
  {
    id: 'inject.refused',
    title: 'injecting nothing, or into a thread that is not loaded, is refused',
    requirements: ['FLOW-54'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      const nothing = { threadId, items: [] }
      await refused(client, 'thread/inject_items', nothing, 'items must not be empty')
      const untyped = { threadId, items: [message('user', 'x'), { text: 'y' }] }
      const text = 'items[1] is not a valid response item: missing field `type`'
      await refused(client, 'thread/inject_items', untyped, text)
      const lost = { threadId: NOBODY, items: [message('user', 'x')] }
      await refused(client, 'thread/inject_items', lost, `thread not found: ${NOBODY}`)
    },
  },
  {
    id: 'rollback.model',
    title: 'what was rolled back is gone for the model, also when the thread is resumed',
    requirements: ['FLOW-55'],
    doors: ['restart'],
    run: async ({ client, restart }) => {
      const threadId = await talkedThread(client, ['one', 'two', 'three'])
      await client.request('thread/rollback', { threadId, numTurns: 2 })
      assert.equal(await recalled(client, threadId), 'one | reply to: one')
      await client.request('thread/rollback', { threadId, numTurns: 1 })
      const next = await restart()
      await next.request('thread/resume', { threadId })
      assert.equal(await recalled(next, threadId), 'one | reply to: one')
    },
  },
  {
    id: 'fork.model',
    title: 'the model of a fork is shown what its source had been told by then',
    requirements: ['FLOW-55', 'FLOW-28'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one'])
      const forkId = idOf(await client.request('thread/fork', { threadId }))
      await runTurn(client, threadId, 'later')
      assert.equal(await recalled(client, forkId), 'one | reply to: one')
    },
  },
]

function message(role: 'user' | 'assistant', text: string): JsonObject {
  const type = role === 'user' ? 'input_text' : 'output_text'
  return { type: 'message', role, content: [{ type, text }] }
}

/** What the model was shown before it was asked to tell it. */
async function recalled(client: AppServerClient, threadId: string): Promise<string> {
  await runTurn(client, threadId, 'RECALL')
  const last = said(turnsOf(await read(client, threadId))).at(-1) ?? ''
  return last.replace(/^agent /, '')
}
