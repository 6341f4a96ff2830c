import assert from 'node:assert/strict'
import { type JsonObject, textAt } from '../../../src/protocol/json.js'
import type { FlowCase } from '../flow-case.js'
import {
  idOf,
  itemsOf,
  read,
  refused,
  runTurn,
  said,
  slowTurn,
  startThread,
  story,
  talkedThread,
  threadOf,
  turnParams,
  turnsOf,
} from '../steps.js'

const HOSTILE_TEXT =
  'ünïcödé 日本語 🙂 "quotes" \\back \u2028 line\nnewline\ttab </script> __proto__'

export const turnCases: readonly FlowCase[] = [
  {
    id: 'start.order',
    title: 'a started thread is answered, then announced',
    requirements: ['FLOW-2'],
    run: async ({ client, project }) => {
      const from = client.messages.length
      const result = await client.request('thread/start', { cwd: await project() })
      const announced = await client.notification('thread/started', idOf(result), from)
      assert.deepEqual(story(client, from), ['response', 'thread/started'])
      assert.deepEqual(announced['thread'], result['thread'])
      const { preview, status, turns, cwd, ephemeral } = threadOf(result)
      assert.deepEqual(
        { preview, status, turns, cwd, ephemeral },
        {
          preview: '',
          status: { type: 'idle' },
          turns: [],
          cwd: await project(),
          ephemeral: false,
        },
      )
    },
  },
  {
    id: 'turn.order',
    title: 'a turn is told from its response to its end, in order',
    requirements: ['FLOW-3'],
    run: async ({ client }) => {
      const threadId = await startThread(client)
      const from = client.messages.length
      const turn = await runTurn(client, threadId)
      assert.deepEqual(story(client, from), [
        'response',
        'thread/status/changed active',
        'turn/started',
        'item/started userMessage',
        'item/completed userMessage',
        'item/started agentMessage',
        'item/completed agentMessage',
        'thread/tokenUsage/updated',
        'thread/status/changed idle',
        'turn/completed completed',
      ])
      const [response] = client.messages.slice(from)
      const { turn: begun } = (response?.['result'] ?? {}) as { readonly turn?: JsonObject }
      assert.equal(begun?.['id'], turn['id'])
      assert.equal(begun?.['status'], 'inProgress')
    },
  },
  {
    id: 'turn.deltas',
    title: 'pieces of a message come before the whole and add up to it',
    requirements: ['FLOW-48'],
    run: async ({ client }) => {
      const threadId = await startThread(client)
      const from = client.messages.length
      await runTurn(client, threadId, 'STREAM a longer answer')
      const told = client.messages.slice(from)
      const pieces = told.filter(({ method }) => method === 'item/agentMessage/delta')
      const text = pieces.map(({ params }) => textAt(params as JsonObject, 'delta') ?? '').join('')
      assert.equal(text, 'reply to: STREAM a longer answer')
      const last = told.findLastIndex(({ method }) => method === 'item/agentMessage/delta')
      const whole = told.findIndex(
        ({ method, params }) =>
          method === 'item/completed' &&
          ((params as JsonObject)['item'] as JsonObject)['type'] === 'agentMessage',
      )
      assert.ok(last < whole, 'the whole message came before its last piece')
    },
  },
  {
    id: 'turn.hostile-text',
    title: 'text comes back as it was said',
    requirements: ['FLOW-47'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, [HOSTILE_TEXT])
      const thread = await read(client, threadId)
      assert.deepEqual(said(turnsOf(thread)), [
        `user ${HOSTILE_TEXT}`,
        `agent reply to: ${HOSTILE_TEXT}`,
      ])
      assert.equal(thread['preview'], HOSTILE_TEXT)
    },
  },
  {
    id: 'turn.failed',
    title: 'a failed turn is told as an error and marks the thread',
    requirements: ['FLOW-45'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      const from = client.messages.length
      const turn = await runTurn(client, threadId, 'FAIL')
      assert.equal(turn['status'], 'failed')
      const failure = await client.notification('error', threadId, from)
      assert.equal(failure['willRetry'], false)
      assert.deepEqual(failure['error'], turn['error'])
      assert.deepEqual((await read(client, threadId, false))['status'], { type: 'systemError' })
      await runTurn(client, threadId, 'again')
      assert.deepEqual((await read(client, threadId, false))['status'], { type: 'idle' })
    },
  },
  {
    id: 'turn.interrupt',
    title: 'an interrupted turn is answered for before it ends',
    requirements: ['FLOW-33'],
    run: async ({ client }) => {
      const threadId = await startThread(client)
      const turnId = await slowTurn(client, threadId)
      await refused(
        client,
        'turn/interrupt',
        { threadId, turnId: 'another' },
        `expected active turn id another but found ${turnId}`,
      )
      const from = client.messages.length
      assert.deepEqual(await client.request('turn/interrupt', { threadId, turnId }), {})
      const { turn } = await client.notification('turn/completed', threadId, from)
      assert.equal((turn as JsonObject)['status'], 'interrupted')
      const told = story(client, from)
      const response = told.indexOf('response')
      const end = told.indexOf('turn/completed interrupted')
      assert.ok(response >= 0 && response < end, `the response comes first: ${told.join(', ')}`)
      const thread = await read(client, threadId)
      assert.deepEqual(
        turnsOf(thread).map(({ status }) => status),
        ['interrupted'],
      )
    },
  },
  {
    id: 'turn.steer',
    title: 'steering adds to the turn it names and to no other',
    requirements: ['FLOW-34'],
    run: async ({ client }) => {
      const threadId = await startThread(client)
      const input = [{ type: 'text', text: 'more' }]
      await refused(
        client,
        'turn/steer',
        { threadId, expectedTurnId: 'any', input },
        'no active turn to steer',
      )
      const expectedTurnId = await slowTurn(client, threadId)
      await refused(
        client,
        'turn/steer',
        { threadId, expectedTurnId: 'another', input },
        `expected active turn id \`another\` but found \`${expectedTurnId}\``,
      )
      await refused(
        client,
        'turn/steer',
        { threadId, expectedTurnId, input: [] },
        'input must not be empty',
      )
      const answer = await client.request('turn/steer', { threadId, expectedTurnId, input })
      assert.deepEqual(answer, { turnId: expectedTurnId })
      await client.request('turn/interrupt', { threadId, turnId: expectedTurnId })
    },
  },
  {
    id: 'turn.compact',
    title: 'compacting is a turn of its own and keeps the turns before it',
    requirements: ['FLOW-32'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one', 'two'])
      const from = client.messages.length
      assert.deepEqual(await client.request('thread/compact/start', { threadId }), {})
      await client.notification('turn/completed', threadId, from)
      const told = story(client, from)
      assert.equal(told[0], 'response')
      assert.ok(told.includes('item/completed contextCompaction'), told.join(', '))
      const turns = turnsOf(await read(client, threadId))
      assert.deepEqual(said(turns), [
        'user one',
        'agent reply to: one',
        'user two',
        'agent reply to: two',
      ])
      assert.deepEqual(
        itemsOf(turns[2] ?? {}).map(({ type }) => type),
        ['contextCompaction'],
      )
    },
  },
  {
    id: 'ephemeral.nowhere',
    title: 'an ephemeral thread runs turns, and is nowhere else',
    requirements: ['FLOW-31'],
    run: async ({ client }) => {
      const started = await client.request('thread/start', { ephemeral: true })
      const threadId = idOf(started)
      assert.equal(threadOf(started)['path'], null)
      assert.equal(threadOf(started)['ephemeral'], true)
      assert.equal((await runTurn(client, threadId))['status'], 'completed')
      assert.equal((await read(client, threadId, false))['ephemeral'], true)
      const { data } = await client.request('thread/list', { modelProviders: [] })
      assert.deepEqual(data, [])
      await ephemeralRefusals(client, threadId)
    },
  },
]

async function ephemeralRefusals(
  client: Parameters<typeof refused>[0],
  threadId: string,
): Promise<void> {
  const noPatches = `ephemeral thread does not support metadata updates: ${threadId}`
  const noRollout = `no rollout found for thread id ${threadId}`
  const turnsText = 'ephemeral threads do not support includeTurns'
  await refused(client, 'thread/read', { threadId, includeTurns: true }, turnsText)
  const listText = 'ephemeral threads do not support thread/turns/list'
  await refused(client, 'thread/turns/list', { threadId }, listText)
  await refused(client, 'thread/name/set', { threadId, name: 'x' }, noPatches)
  await refused(client, 'thread/metadata/update', { threadId, gitInfo: { sha: '1' } }, noPatches)
  await refused(client, 'thread/memoryMode/set', { threadId, mode: 'disabled' }, noPatches)
  await refused(client, 'thread/archive', { threadId }, noRollout)
  await refused(client, 'thread/resume', { threadId }, noRollout)
  await refused(client, 'thread/fork', { threadId }, noRollout)
  const noHistory = 'thread rollback requires persisted thread history'
  await refused(client, 'thread/rollback', { threadId, numTurns: 1 }, noHistory)
  const { error } = await client.call('turn/start', { ...turnParams(threadId, 'goes on') })
  assert.equal(error, undefined)
}
