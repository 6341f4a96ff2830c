import fc from 'fast-check'
import { expect, test } from 'vitest'
import { startDeriving } from '../../src/history/derive-metadata.js'
import type { JsonObject } from '../../src/protocol/json.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { StoredThread } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import type { Clock } from '../../src/host/clock.js'
import { LiveThread } from '../../src/live/index.js'
import { nextScope } from './managing.js'
import { theSubject } from './subject.js'

const threadId = '01a20320-6d70-7852-b50d-7785b67ce898'
const other = '01a20320-70b2-77b2-b9b7-29ed88f157a1'

const event = (type: string, more: JsonObject = {}): RolloutItem => ({
  type: 'event_msg',
  payload: { type, ...more },
})
const meta = (more: JsonObject): RolloutItem => ({
  type: 'session_meta',
  payload: { source: 'cli', model_provider: 'mock', timestamp: '2026-11-23T00:00:00Z', ...more },
})

const someText = fc.constantFrom('', ' ', 'hello', '## My request for Codex:\nfix it', 'ünïcödé 🙂')
const someItem: fc.Arbitrary<RolloutItem> = fc.oneof(
  someText.map((message) => event('user_message', { message })),
  fc.constant(event('user_message', { message: '', images: ['data:,'] })),
  someText.map((objective) => event('thread_goal_updated', { goal: { objective } })),
  fc
    .nat(500)
    .map((total_tokens) => event('token_count', { info: { total_token_usage: { total_tokens } } })),
  fc.constant(event('token_count', { info: null })),
  fc
    .record(
      {
        cwd: fc.constantFrom('', '/a', '/b'),
        model: fc.constantFrom('m-1', 'm-2'),
        approval_policy: fc.constantFrom('never', 'on-request'),
        effort: fc.constantFrom('low', 'high'),
      },
      { requiredKeys: ['cwd', 'model', 'approval_policy'] },
    )
    .map((payload): RolloutItem => ({ type: 'turn_context', payload })),
  fc.constantFrom('m-1', 'm-9').map((model) =>
    event('thread_settings_applied', {
      thread_id: threadId,
      thread_settings: { model, model_provider_id: `of-${model}` },
    }),
  ),
  fc.constant(meta({ id: threadId })),
  fc.constant(meta({ id: other, cwd: '/other', memory_mode: 'disabled', git: { branch: 'x' } })),
  fc.constantFrom(event('agent_message', { message: 'hi' }), event('item_started')),
)

/** What happens to the thread, and whether the store takes the patches meanwhile. */
interface Step {
  readonly what: 'append' | 'flush' | 'die' | 'close'
  readonly items: readonly RolloutItem[]
  readonly patches: 'stored' | 'refused'
}

const someStep: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('append', 'append', 'append', 'flush', 'die', 'close'),
  items: fc.array(someItem, { maxLength: 4 }),
  patches: fc.constantFrom('stored', 'stored', 'refused'),
})

/** All is well again, and the thread goes on. */
const lastStep: Step = { what: 'append', items: [event('task_complete')], patches: 'stored' }

/** A store that refuses patches while it is told to. */
function refusingPatches(store: ThreadStore, refuses: () => boolean): ThreadStore {
  return {
    ...store,
    updateThreadMetadata: (params) => {
      if (!refuses()) return store.updateThreadMetadata(params)
      const reason = { reason: 'unavailable' } as const
      return Promise.reject(new ThreadStoreError('RETRYABLE', 'the store is away', reason))
    },
  }
}

const clock: Clock = { now: () => Date.UTC(2026, 10, 22), sleep: () => Promise.resolve() }

/** What becomes of the record of a thread. */
async function liveRecord(steps: readonly Step[]): Promise<StoredThread> {
  const subject = theSubject()
  const context = { scope: nextScope() }
  let refuses = false
  let opened = await subject.open(context)
  const host = () => ({ store: refusingPatches(opened, () => refuses), clock })
  const metadata = { cwd: null, modelProvider: 'mock' }
  let live = await LiveThread.create(host(), { threadId, source: 'cli', metadata })
  await live.appendItems([event('task_started')])
  for (const step of [...steps, lastStep]) {
    refuses = step.patches === 'refused'
    if (step.what === 'append') await live.appendItems(step.items).catch(onlyPatches)
    if (step.what === 'flush') await live.flush().catch(onlyPatches)
    if (step.what === 'close') await live.shutdown().catch(onlyPatches)
    if (step.what === 'die') {
      // What was pending dies with the handle; a store that lets go of its writers knows nothing of it.
      await opened.close()
      opened = await (subject.reopen?.(context) ?? subject.open(context))
    }
    if (step.what === 'close' || step.what === 'die') {
      live = (await LiveThread.resume(host(), { threadId })).live
    }
  }
  const thread = await opened.readThread({ threadId, includeHistory: true })
  await opened.close()
  return thread
}

function onlyPatches(reason: unknown): void {
  if (!(reason instanceof Error) || reason.name !== 'MetadataPatchError') throw reason
}

test('a record derived live says what its history says, whatever failed or died', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(someStep, { maxLength: 12 }), async (steps) => {
      const thread = await liveRecord(steps)
      const said = startDeriving(threadId, thread.history?.items ?? []).derived
      const { createdAt } = thread
      expect(pick(thread, derivable)).toEqual({ ...unsaid, createdAt, ...pick(said, derivable) })
    }),
    { numRuns: theSubject().name === 'memory' ? 300 : 15 },
  )
})

/** What a record shows of facts that its history does not state. */
const unsaid = {
  preview: '',
  title: null,
  firstUserMessage: null,
  modelProvider: 'mock',
  model: null,
  reasoningEffort: null,
  createdAt: '',
  source: 'cli',
  cwd: '',
  approvalMode: null,
  tokenUsage: null,
  gitInfo: null,
  memoryMode: 'enabled',
}
const derivable = Object.keys(unsaid) as (keyof typeof unsaid)[]

function pick(from: object, fields: readonly string[]): object {
  return Object.fromEntries(Object.entries(from).filter(([field]) => fields.includes(field)))
}
