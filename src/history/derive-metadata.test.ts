import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import {
  affectsMetadata,
  createMetadataDeriver,
  type DerivedMetadata,
  startDeriving,
} from './derive-metadata.js'

const THREAD = '01a20320-6d70-7852-b50d-7785b67ce898'
const OTHER = '01a20320-70b2-77b2-b9b7-29ed88f157a1'

const deriveMetadata = (threadId: string, items: readonly RolloutItem[]): DerivedMetadata =>
  startDeriving(threadId, items).derived

const event = (type: string, more: JsonObject = {}): RolloutItem => ({
  type: 'event_msg',
  payload: { type, ...more },
})
const said = (message: string): RolloutItem => event('user_message', { message, images: [] })
const meta = (more: JsonObject = {}): RolloutItem => ({
  type: 'session_meta',
  payload: {
    id: THREAD,
    timestamp: '2026-11-22T11:59:46.552Z',
    cwd: '/home/dev/project',
    cli_version: '0.131.0',
    source: 'cli',
    model_provider: 'mock',
    ...more,
  },
})
const context = (more: JsonObject = {}): RolloutItem => ({
  type: 'turn_context',
  payload: {
    cwd: '/elsewhere',
    approval_policy: 'never',
    sandbox_policy: { type: 'read-only' },
    model: 'm-1',
    ...more,
  },
})

describe('a session_meta', () => {
  const identity = {
    createdAt: '2026-11-22T11:59:46.552Z',
    source: 'cli',
    threadSource: null,
    agentNickname: null,
    agentRole: null,
    agentPath: null,
    modelProvider: 'mock',
    cliVersion: '0.131.0',
    cwd: '/home/dev/project',
  }

  test('of the thread itself says what the thread is', () => {
    expect(deriveMetadata(THREAD, [meta()])).toEqual(identity)
  })

  test('that says next to nothing leaves the rest open', () => {
    const bare: RolloutItem = { type: 'session_meta', payload: { id: THREAD } }
    const { source, ...others } = deriveMetadata(THREAD, [bare])
    expect(source).toBe('vscode')
    expect(new Set(Object.values(others))).toEqual(new Set([null]))
    const bareContext: RolloutItem = { type: 'turn_context', payload: {} }
    expect(deriveMetadata(THREAD, [bareContext])).toEqual({ reasoningEffort: null })
  })

  test('of another thread says nothing', () => {
    const copied = meta({ id: OTHER, memory_mode: 'disabled', git: { branch: 'main' } })
    expect(deriveMetadata(THREAD, [copied])).toEqual({})
    expect(affectsMetadata(copied)).toBe(true)
  })

  test('that comes later leaves the time of creation alone', () => {
    const later = meta({ timestamp: '2026-11-23T00:00:00.000Z', memory_mode: 'disabled' })
    expect(deriveMetadata(THREAD, [meta(), later])).toEqual({ ...identity, memoryMode: 'disabled' })
  })

  test('that comes later changes nothing but git facts and the memory mode', () => {
    const settings = { model_provider_id: 'other', cwd: '/moved' }
    const moved = event('thread_settings_applied', { thread_settings: settings })
    const later = meta({ cli_version: '0.169.0', source: 'vscode', memory_mode: 'polluted' })
    expect(deriveMetadata(THREAD, [meta(), moved, later])).toEqual({
      ...identity,
      modelProvider: 'other',
      cwd: '/moved',
      reasoningEffort: null,
      memoryMode: 'polluted',
    })
  })

  test('that comes first says where the thread comes from', () => {
    const deriver = createMetadataDeriver(THREAD)
    const nothing = { forkedFromId: null, parentThreadId: null, historyMode: null }
    expect(deriver.origin()).toEqual({ ...nothing, lastTimestamp: null })
    const timestamp = '2026-11-22T12:00:00.000Z'
    const first = meta({ forked_from_id: OTHER, history_mode: 'paginated' })
    const copied = meta({ id: OTHER, history_mode: 'legacy' })
    const later = { ...meta({ history_mode: 'legacy' }), timestamp }
    deriver.push([first, copied, later, { ...context(), timestamp: 'yesterday' }])
    expect(deriver.origin()).toEqual({
      forkedFromId: OTHER,
      parentThreadId: null,
      historyMode: 'paginated',
      lastTimestamp: timestamp,
    })
  })

  test('with git facts replaces all of them, and an empty git clears them', () => {
    const known = meta({ git: { commit_hash: 'abc', branch: 'main' } })
    const set = deriveMetadata(THREAD, [known])
    expect(set.gitInfo).toEqual({ sha: 'abc', branch: 'main', originUrl: null })
    const cleared = deriveMetadata(THREAD, [known, meta({ git: {} }), meta()])
    expect(cleared.gitInfo).toEqual({ sha: null, branch: null, originUrl: null })
  })
})

test('a fork that copies nothing takes over how the other thread worked, not what it is', () => {
  const other = meta({ id: OTHER, cli_version: '0.169.0' })
  const items = [other, context(), said('hello'), meta({ cwd: '/home/dev/fork' })]
  expect(deriveMetadata(THREAD, items)).toMatchObject({
    preview: 'hello',
    model: 'm-1',
    cliVersion: '0.131.0',
    cwd: '/home/dev/fork',
  })
  expect(deriveMetadata(THREAD, items)).not.toHaveProperty('firstUserMessage')
})

describe('a turn_context', () => {
  test('says how the thread works', () => {
    const profile = { type: 'disabled' }
    const working = context({ effort: 'high', permission_profile: profile })
    expect(deriveMetadata(THREAD, [meta(), working])).toMatchObject({
      model: 'm-1',
      reasoningEffort: 'high',
      approvalMode: 'never',
      permissionProfile: profile,
      cwd: '/home/dev/project',
    })
  })

  test('without an effort clears it', () => {
    const items = [context({ effort: 'high' }), context()]
    expect(deriveMetadata(THREAD, items).reasoningEffort).toBeNull()
  })

  test('names the directory only where nothing else did', () => {
    expect(deriveMetadata(THREAD, [context(), context({ cwd: '/third' })]).cwd).toBe('/elsewhere')
    const deriver = createMetadataDeriver(THREAD, { cwd: '/known' })
    expect(deriver.push([context()]).cwd).toBeUndefined()
  })

  test('from before permission profiles says the sandbox policy', () => {
    expect(deriveMetadata(THREAD, [context()]).permissionProfile).toEqual({ type: 'read-only' })
  })
})

describe('what the user said', () => {
  test('first is first message, preview and title; what follows changes nothing', () => {
    expect(deriveMetadata(THREAD, [said('one'), said('two')])).toEqual({
      firstUserMessage: 'one',
      preview: 'one',
      title: 'one',
    })
  })

  test('as an image alone leaves the title to the first words', () => {
    const image = event('user_message', { message: '', images: ['data:,'] })
    expect(deriveMetadata(THREAD, [image, said('words')])).toEqual({
      firstUserMessage: '[Image]',
      preview: '[Image]',
      title: 'words',
    })
  })

  test('counts as a completed item too', () => {
    const item = { type: 'UserMessage', id: 'i', content: [{ type: 'text', text: 'hello' }] }
    const completed = event('item_completed', { turn_id: 't', item })
    expect(deriveMetadata(THREAD, [completed]).title).toBe('hello')
    expect(affectsMetadata(completed)).toBe(true)
    expect([event('token_count'), event('error')].map(affectsMetadata)).toEqual([true, false])
    const plan = event('item_completed', { turn_id: 't', item: { type: 'Plan', text: 'p' } })
    expect(affectsMetadata(plan)).toBe(false)
  })

  test('counts only as an event, not as what the model was told', () => {
    const content = [{ type: 'input_text', text: 'hello' }]
    const told = { type: 'response_item', payload: { type: 'message', role: 'user', content } }
    expect(deriveMetadata(THREAD, [told])).toEqual({})
    expect(affectsMetadata(told)).toBe(false)
  })

  test('does not replace a preview that is known from elsewhere', () => {
    const deriver = createMetadataDeriver(THREAD, { preview: 'known', title: '' })
    expect(deriver.push([said('hello')])).toEqual({ firstUserMessage: 'hello', title: 'hello' })
  })
})

test('a goal is the preview until the user speaks of something else', () => {
  const goal = event('thread_goal_updated', { goal: { objective: ' ship it ' } })
  expect(deriveMetadata(THREAD, [goal, said('hello')])).toEqual({
    preview: 'ship it',
    firstUserMessage: 'hello',
    title: 'hello',
  })
  expect(deriveMetadata(THREAD, [said('hello'), goal]).preview).toBe('hello')
})

test('a token count with numbers says how many tokens there were', () => {
  const usage = { input_tokens: 100, cached_input_tokens: 10, output_tokens: 20, total_tokens: 120 }
  const counted = event('token_count', { info: { total_token_usage: usage } })
  const tokenUsage = {
    inputTokens: 100,
    cachedInputTokens: 10,
    outputTokens: 20,
    reasoningOutputTokens: 0,
    totalTokens: 120,
  }
  expect(deriveMetadata(THREAD, [counted, event('token_count', { info: null })])).toEqual({
    tokenUsage,
  })
  const none = Object.fromEntries(Object.keys(tokenUsage).map((field) => [field, 0]))
  expect(deriveMetadata(THREAD, [event('token_count', { info: {} })])).toEqual({ tokenUsage: none })
})

test('settings say how the thread works, and where only when they are its own', () => {
  const settings = {
    model: 'm-2',
    model_provider_id: 'other',
    approval_policy: 'on-request',
    permission_profile: { type: 'disabled' },
    cwd: '/moved',
    collaboration_mode: { mode: 'default', settings: { reasoning_effort: 'low' } },
  }
  const applied = (thread_id: string): RolloutItem =>
    event('thread_settings_applied', { thread_id, thread_settings: settings })
  const working = {
    model: 'm-2',
    reasoningEffort: 'low',
    approvalMode: 'on-request',
    permissionProfile: { type: 'disabled' },
  }
  expect(deriveMetadata(THREAD, [applied(OTHER)])).toEqual(working)
  expect(deriveMetadata(THREAD, [applied(THREAD)])).toEqual({
    ...working,
    modelProvider: 'other',
    cwd: '/moved',
  })
})

test('settings may name the effort themselves, and no place', () => {
  const settings = { effort: 'high', collaboration_mode: { settings: { reasoning_effort: 'low' } } }
  const applied = event('thread_settings_applied', { thread_settings: settings })
  expect(deriveMetadata(THREAD, [applied])).toEqual({ reasoningEffort: 'high' })
})

test('items that are not what they say they are change nothing', () => {
  const odd: RolloutItem[] = [
    { type: 'session_meta' },
    { type: 'turn_context', payload: 'text' },
    { type: 'event_msg', payload: null },
    event('user_message', { message: 7 }),
    event('token_count', { info: [] }),
    { type: 'event_msg', payload: {} },
    event('thread_goal_updated', { goal: 'text' }),
    event('thread_settings_applied', { thread_settings: 'text' }),
    event('item_completed', { item: null }),
  ]
  expect(deriveMetadata(THREAD, odd)).toEqual({})
})

test('a history derives the same in one piece and item by item', () => {
  const anyItem = fc.constantFrom<RolloutItem>(
    meta(),
    meta({ git: { branch: 'b' } }),
    meta({ id: OTHER }),
    context(),
    context({ effort: 'high', model: 'm-3' }),
    said('one'),
    said(''),
    event('thread_goal_updated', { goal: { objective: 'goal' } }),
    event('task_started', { turn_id: 't' }),
  )
  fc.assert(
    fc.property(fc.array(anyItem), (more) => {
      const items = [meta(), ...more]
      const deriver = createMetadataDeriver(THREAD)
      const parts = items.map((item) => deriver.push([item]))
      expect(Object.assign({}, ...parts)).toEqual(deriveMetadata(THREAD, items))
    }),
  )
})
