import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memorySubject } from '../conformance/mutants/memory-subject.js'
import { parseRolloutLine } from '../src/history/rollout-line.js'
import type { Script, ScriptedReply, ThreadConfig } from '../src/manager/index.js'
import { lastUserText } from '../src/manager/index.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../src/protocol/json.js'
import type { RolloutItem } from '../src/protocol/rollout-item.js'
import { itemsOf, labels, managing, until } from './live/managing.js'
import { chooseSubject } from './live/subject.js'
import { fixturePath } from './support/fixtures.js'

chooseSubject(memorySubject())

/** The items of a thread that Codex wrote. */
function recorded(version: string, idPart: string): RolloutItem[] {
  const home = fixturePath('homes', `codex-${version}`)
  const names = readdirSync(home, { recursive: true, encoding: 'utf8' })
  const name = names.find((each) => each.includes(`-${idPart}-`) && each.endsWith('.jsonl'))
  const lines = readFileSync(join(home, name ?? ''), 'utf8').split('\n')
  return lines.flatMap((line) => {
    const parsed = parseRolloutLine(Buffer.from(line))
    return 'item' in parsed ? [parsed.item] : []
  })
}

/** What the mock model of the recordings answered, and what its server said of the account. */
function mock(rateLimits: JsonObject): Script {
  return (request): ScriptedReply => {
    const text = lastUserText(request)
    const called = request.input.some((item) => item['type'] === 'function_call_output')
    if (text.includes('SLOW')) return { rateLimits, hang: true }
    if (text.startsWith('Summarise')) return { rateLimits, text: 'summary' }
    if (!text.includes('TOOL') || called) return { rateLimits, text: `reply to: ${text}` }
    const call = {
      name: 'exec_command',
      arguments: { cmd: 'echo tool-output' },
      callId: 'call_1',
    }
    return { rateLimits, reasoning: 'thinking about it', calls: [call] }
  }
}

const tools = {
  definitions: [],
  run: () => Promise.resolve({ success: true, output: 'tool-output' }),
}

const config: Partial<ThreadConfig> = {
  model: 'mock-model',
  modelProvider: 'mock',
  cwd: '/home/dev/project',
  instructions: 'You are a test agent.',
  sandboxPolicy: { type: 'danger-full-access' },
  contextWindow: 258_400,
}

/** Values that are another every time, or that only a tool or a model could know. */
const volatile = new Set([
  'timestamp',
  'id',
  'thread_id',
  'session_id',
  'turn_id',
  'root_turn_id',
  'response_id',
  'call_id',
  'output',
  'current_date',
  'started_at',
  'completed_at',
  'duration_ms',
  'started_at_ms',
  'completed_at_ms',
  'time_to_first_token_ms',
])

/** Every program keeps the items of its tools in a form of its own. */
const toolItems: ReadonlySet<JsonValue | undefined> = new Set([
  'CommandExecution',
  'DynamicToolCall',
])

function steady(value: JsonValue, key = ''): JsonValue {
  if (volatile.has(key) && value !== null) return '*'
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((each) => steady(each))
  if (!isJsonObject(value)) return value
  if (toolItems.has(value['type'])) return 'tool'
  // After a cut the tokens are an estimate.
  if (key === 'last_token_usage' && value['input_tokens'] === 0) return 'estimate'
  if (typeof value['text'] === 'string' && /summar|scrubbed/i.test(value['text'])) return 'summary'
  const fields = Object.entries(value).map(([name, each]) => [name, steady(each, name)])
  return Object.fromEntries(fields) as JsonObject
}

/** Of what Codex wrote, the part that we write too; what is left out is collected by name. */
function alike(theirs: JsonValue, ours: JsonValue, left: Set<string>): JsonValue {
  if (Array.isArray(theirs) && Array.isArray(ours)) {
    const parts = ours as readonly JsonValue[]
    return (theirs as readonly JsonValue[]).map((each, i) => alike(each, parts[i] ?? null, left))
  }
  if (!isJsonObject(theirs) || !isJsonObject(ours)) return theirs
  const kept: [string, JsonValue][] = []
  for (const [name, each] of Object.entries(theirs)) {
    if (name in ours) kept.push([name, alike(each, ours[name] ?? null, left)])
    else left.add(name)
  }
  return Object.fromEntries(kept)
}

/** Expects the same items; returns the names of the fields that we do not write. */
function expectAlike(ours: readonly RolloutItem[], theirs: readonly RolloutItem[]): string[] {
  expect(labels(ours)).toEqual(labels(theirs))
  const left = new Set<string>()
  const settled = ours.map((item) => steady(item as JsonObject))
  const wanted = theirs.map((item, i) => {
    return alike(steady(item as JsonObject), settled[i] ?? null, left)
  })
  expect(settled).toEqual(wanted)
  return [...left].toSorted()
}

/** Nobody is told of limits alone; the mock model sends them and falls silent at once. */
async function limitsArrived(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
}

function payloads(items: readonly RolloutItem[]): JsonObject[] {
  return items.map(({ payload }) => payload).filter((payload) => isJsonObject(payload))
}

const ofType =
  (...types: readonly string[]) =>
  (item: RolloutItem): boolean =>
    types.includes(item.type)
const not =
  (holds: (item: RolloutItem) => boolean) =>
  (item: RolloutItem): boolean =>
    !holds(item)

const limits131 = {
  limit_id: 'codex',
  limit_name: null,
  primary: null,
  secondary: null,
  credits: null,
  plan_type: null,
  rate_limit_reached_type: null,
}

describe('a legacy thread holds what Codex 0.131 writes', () => {
  async function legacy() {
    const managed = await managing(mock(limits131), { config: { model: 'x', ...config }, tools })
    return { ...managed, thread: await managed.manager.startThread({ config }) }
  }
  /** Of the work of Codex, not ours: who speaks how, and how output is cut. */
  const leftOut = ['personality', 'truncation_policy']

  test('of turns, a tool call and a rollback', async () => {
    const { store, thread } = await legacy()
    await thread.run('first question')
    await thread.run('please TOOL')
    await thread.run('third question')
    await thread.rollback(1)
    const isMeta = ofType('session_meta')
    const theirs = recorded('0.131.0', '01a20320-6d70').filter(not(isMeta))
    const ours = (await itemsOf(store, thread)).filter(not(isMeta))
    expect(expectAlike(ours, theirs)).toEqual(leftOut)
  })

  test('of an interrupted turn', async () => {
    const { store, thread } = await legacy()
    await thread.run('quick')
    await thread.submit('SLOW one')
    await until(thread, 'user_message')
    await limitsArrived()
    await thread.interrupt()
    const isMeta = ofType('session_meta')
    const theirs = recorded('0.131.0', '01a20320-71e7').filter(not(isMeta))
    const ours = (await itemsOf(store, thread)).filter(not(isMeta))
    expect(expectAlike(ours, theirs)).toEqual(leftOut)
  })

  test('of a compaction', async () => {
    const { store, thread } = await legacy()
    await thread.run('before compaction 1')
    await thread.run('before compaction 2')
    await (
      await thread.compact()
    ).done
    await thread.run('after compaction')
    const settle = (items: readonly RolloutItem[]): RolloutItem[] =>
      items.filter(not(ofType('session_meta'))).map((item) => {
        if (item.type !== 'compacted' || !isJsonObject(item.payload)) return item
        return { ...item, payload: { ...item.payload, message: 'summary' } }
      })
    const theirs = settle(recorded('0.131.0', '01a20320-779c'))
    expect(expectAlike(settle(await itemsOf(store, thread)), theirs)).toEqual(leftOut)
  })

  test('of a fork, with the copied session_meta', async () => {
    const { manager, store, thread } = await legacy()
    await thread.run('first question')
    await thread.run('please TOOL')
    await thread.run('third question')
    await thread.rollback(1)
    const fork = await manager.forkThread(thread.threadId)
    await fork.run('after fork')
    const theirs = recorded('0.131.0', '01a20320-70b2')
    const metas = (await itemsOf(store, fork)).filter(ofType('session_meta'))
    expect(payloads(metas)).toMatchObject([
      { id: fork.threadId, forked_from_id: thread.threadId },
      { id: thread.threadId },
    ])
    const isMeta = ofType('session_meta')
    const ours = (await itemsOf(store, fork)).filter(not(isMeta))
    expect(expectAlike(ours.slice(-8), theirs.slice(-8))).toEqual(leftOut)
  })
})

describe('a paginated thread holds what Codex 0.169 writes', () => {
  test('of turns and a tool call, except for the state of its world', async () => {
    const theirs = recorded('0.169.0', '01a20348-d6b6')
    const counted = payloads(theirs).find(({ type }) => type === 'token_count')
    const limits = counted?.['rate_limits'] as JsonObject
    const options = { config: { model: 'x', ...config }, tools }
    const { manager, store } = await managing(mock(limits), options)
    const thread = await manager.startThread({
      config: { ...config, reasoningSummary: 'none' },
      historyMode: 'paginated',
    })
    await thread.run('first question')
    await thread.run('please TOOL')
    await thread.run('third question')
    const skipped = ofType('session_meta', 'world_state')
    const ours = (await itemsOf(store, thread)).filter(not(skipped))
    const renumber = (items: readonly RolloutItem[]): RolloutItem[] =>
      items.map((item, ordinal) => ({ ...item, ordinal }))
    const left = expectAlike(renumber(ours), renumber(theirs.filter(not(skipped))))
    expect(left).toEqual([
      // Who may approve, and which plugins, agents and roots Codex works with.
      'approvals_reviewer',
      'cache_write_input_tokens',
      'collaboration_mode',
      'disabled_plugin_ids',
      'internal_chat_message_metadata_passthrough',
      'last_usage_includes_reasoning',
      'metadata',
      'multi_agent_version',
      'requested_approvals_reviewer',
      'runtime_workspace_roots',
      'turn_attribution',
    ])
  })
})
