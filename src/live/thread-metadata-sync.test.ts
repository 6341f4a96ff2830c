import { describe, expect, test } from 'vitest'
import { isoMillis } from '../host/clock.js'
import type { JsonObject } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import { newThreadRecord } from '../store/new-record.js'
import type { CreateThreadParams } from '../store/params.js'
import { bareThread, type StoredThread } from '../store/records.js'
import { ThreadMetadataSync, TOUCH_INTERVAL_MS } from './thread-metadata-sync.js'

const threadId = '01a20320-6d70-7852-b50d-7785b67ce898'
const create: CreateThreadParams = {
  threadId,
  source: 'cli',
  metadata: { cwd: '/home/dev/project', modelProvider: 'mock', cliVersion: '0.131.0' },
}
const stored = (more: Partial<StoredThread> = {}): StoredThread => ({
  ...bareThread(newThreadRecord(create, '2026-11-22T12:00:00.000Z')),
  ...more,
})

const event = (type: string, more: JsonObject = {}): RolloutItem => ({
  type: 'event_msg',
  payload: { type, ...more },
})
const said = (message: string): RolloutItem => event('user_message', { message })
const irrelevant = event('agent_message', { message: 'hm' })
const tokens = event('token_count', { info: { total_token_usage: { total_tokens: 7 } } })
const usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningOutputTokens: 0,
  totalTokens: 7,
}

/** A clock that stands still until it is moved. */
function clockAt(startMs: number) {
  let nowMs = startMs
  return {
    now: () => nowMs,
    sleep: () => Promise.resolve(),
    move: (ms: number) => {
      nowMs += ms
    },
    iso: () => isoMillis(nowMs),
  }
}

describe('a thread that begins', () => {
  test('has nothing pending: the store recorded what it was created with', () => {
    const sync = ThreadMetadataSync.forCreate(create, [], clockAt(0))
    expect(sync.pending()).toBeNull()
  })

  test('with an inherited history is described by it once something was appended', () => {
    const clock = clockAt(1_000)
    const sync = ThreadMetadataSync.forCreate(create, [said('inherited'), tokens], clock)
    const described = { preview: 'inherited', tokenUsage: usage }
    expect(sync.pendingOfHistory()).toBeNull()
    expect(sync.pending()?.patch).toEqual(described)
    expect(sync.observe([said('own')])?.patch).toEqual({
      ...described,
      title: 'own',
      firstUserMessage: 'own',
      updatedAt: clock.iso(),
    })
  })
})

describe('a thread that is resumed', () => {
  const history = [said('first question'), tokens]

  test('keeps what its record lacks pending until it was stored', () => {
    const sync = ThreadMetadataSync.forResume(stored(), history, clockAt(0))
    const pending = sync.pending()
    expect(pending?.patch).toEqual({
      preview: 'first question',
      title: 'first question',
      firstUserMessage: 'first question',
      tokenUsage: usage,
    })
    expect(sync.pending()).toEqual(pending)
    if (pending) sync.applied(pending)
    expect(sync.pending()).toBeNull()
  })

  test('does not touch a record that is up to date', () => {
    const thread = stored({
      preview: 'first question',
      title: 'first question',
      firstUserMessage: 'first question',
      tokenUsage: usage,
    })
    expect(ThreadMetadataSync.forResume(thread, history, clockAt(0)).pending()).toBeNull()
  })

  test('waits for the first append before it sends anything', () => {
    const clock = clockAt(9_000)
    const sync = ThreadMetadataSync.forResume(stored(), history, clock)
    expect(sync.pendingOfHistory()).toBeNull()
    expect(sync.observe([irrelevant])?.patch).toEqual({
      preview: 'first question',
      title: 'first question',
      firstUserMessage: 'first question',
      tokenUsage: usage,
      updatedAt: clock.iso(),
    })
  })

  test('keeps titles, git facts and memory mode that were set by hand', () => {
    const meta = {
      type: 'session_meta',
      payload: { id: threadId, memory_mode: 'enabled', git: { branch: 'main' } },
    }
    const thread = stored({ title: 'mine', preview: 'mine', gitInfo: null, memoryMode: 'disabled' })
    const sync = ThreadMetadataSync.forResume(thread, [meta, said('hello')], clockAt(0))
    expect(sync.pending()?.patch).toEqual({ firstUserMessage: 'hello' })
  })

  test('that was forked by reference has first words of its own', () => {
    const meta = (id: string): RolloutItem => ({ type: 'session_meta', payload: { id } })
    const other = '01a20320-70b2-77b2-b9b7-29ed88f157a1'
    const forked = [meta(other), said('inherited'), tokens, meta(threadId), said('own')]
    expect(ThreadMetadataSync.forResume(stored(), forked, clockAt(0)).pending()?.patch).toEqual({
      preview: 'inherited',
      title: 'own',
      firstUserMessage: 'own',
      tokenUsage: usage,
    })
    const unused = ThreadMetadataSync.forResume(stored(), forked.slice(0, -1), clockAt(0))
    expect(unused.pending()?.patch).toEqual({ preview: 'inherited', tokenUsage: usage })
    expect(unused.observe([said('late')])?.patch).toMatchObject({ title: 'late' })
  })

  test('has nothing pending when its history is empty', () => {
    expect(ThreadMetadataSync.forResume(stored(), [], clockAt(0)).pending()).toBeNull()
  })
})

describe('an append', () => {
  test('of what the user said sets the preview fields once', () => {
    const clock = clockAt(0)
    const sync = ThreadMetadataSync.forCreate(create, [], clock)
    const first = sync.observe([said('one')])
    expect(first?.patch).toEqual({
      preview: 'one',
      title: 'one',
      firstUserMessage: 'one',
      updatedAt: clock.iso(),
    })
    if (first) sync.applied(first)
    clock.move(1)
    expect(sync.observe([said('two')])?.patch).toEqual({ updatedAt: clock.iso() })
  })

  test('of a goal sets the preview and leaves an existing one alone', () => {
    const clock = clockAt(0)
    const goal = event('thread_goal_updated', { goal: { objective: 'ship it' } })
    const sync = ThreadMetadataSync.forCreate(create, [], clock)
    sync.observe([goal])
    expect(sync.observe([said('hello')])?.patch).toEqual({
      preview: 'ship it',
      title: 'hello',
      firstUserMessage: 'hello',
      updatedAt: clock.iso(),
    })
  })

  test('that says nothing new moves updatedAt at most once in the interval', () => {
    const clock = clockAt(0)
    const sync = ThreadMetadataSync.forCreate(create, [], clock)
    const first = sync.observe([irrelevant])
    expect(first?.patch).toEqual({ updatedAt: clock.iso() })
    if (first) sync.applied(first)
    clock.move(TOUCH_INTERVAL_MS - 1)
    expect(sync.observe([irrelevant])).toBeNull()
    expect(sync.pendingOfHistory()?.patch).toEqual({ updatedAt: clock.iso() })
    clock.move(1)
    expect(sync.observe([irrelevant])?.patch).toEqual({ updatedAt: clock.iso() })
  })

  test('that says something new is not held back by the interval', () => {
    const clock = clockAt(0)
    const sync = ThreadMetadataSync.forCreate(create, [], clock)
    const first = sync.observe([irrelevant])
    if (first) sync.applied(first)
    expect(sync.observe([tokens])?.patch).toEqual({ tokenUsage: usage, updatedAt: clock.iso() })
  })

  test('is not held back while facts wait that could not be stored', () => {
    const clock = clockAt(0)
    const sync = ThreadMetadataSync.forCreate(create, [], clock)
    const first = sync.observe([irrelevant])
    if (first) sync.applied(first)
    sync.observe([tokens])
    expect(sync.observe([irrelevant])?.patch).toEqual({
      tokenUsage: usage,
      updatedAt: clock.iso(),
    })
  })

  test('after the clock was set back touches at once', () => {
    const clock = clockAt(60_000)
    const sync = ThreadMetadataSync.forCreate(create, [], clock)
    const first = sync.observe([irrelevant])
    if (first) sync.applied(first)
    clock.move(-30_000)
    expect(sync.observe([irrelevant])?.patch).toEqual({ updatedAt: clock.iso() })
  })
})

test('a success does not hide what was merged in after the patch was taken', () => {
  const sync = ThreadMetadataSync.forCreate(create, [], clockAt(0))
  const taken = sync.observe([said('one')])
  sync.observe([tokens])
  if (taken) sync.applied(taken)
  expect(sync.pending()?.patch).toMatchObject({ title: 'one', tokenUsage: usage })
})

test('what was set by hand is not replaced by what the user says first', () => {
  const clock = clockAt(0)
  const sync = ThreadMetadataSync.forCreate(create, [], clock)
  sync.noteExplicit({ title: 'mine', preview: 'mine' })
  expect(sync.observe([said('hello')])?.patch).toEqual({
    firstUserMessage: 'hello',
    updatedAt: clock.iso(),
  })
})
