import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import type { ConflictPolicy } from './copy-context.js'
import { listAllThreads } from '../plan/list-all-threads.js'
import type { ThreadOutcome } from '../runs/outcome.js'
import { migrate } from '../runs/run.js'
import { isRunLog } from '../runs/run-log.js'

const clock: Clock = { now: () => Date.UTC(2026, 10, 22), sleep: async () => {} }
const threadId = '019a0000-0000-7000-8000-000000000001'

async function append(store: ThreadStore, text: string): Promise<void> {
  await store.resumeThread({ threadId })
  await store.appendItems({ threadId, items: [{ type: 'event_msg', payload: { text } }] })
  await store.shutdownThread({ threadId })
}

async function filled(text = 'one'): Promise<ThreadStore> {
  const store = openMemoryStore()
  await store.createThread({
    threadId,
    source: 'cli',
    metadata: { cwd: '/p', modelProvider: 'openai' },
  })
  await store.shutdownThread({ threadId })
  await append(store, text)
  return store
}

/** The source as a home would be: each state of a rollout has a fingerprint of its own. */
function withFingerprints(store: ThreadStore): ThreadStore {
  return {
    ...store,
    exportThread: async (params) => {
      const exported = await store.exportThread(params)
      const rollouts = exported.rollouts.map((r) => ({ ...r, fingerprint: `of ${r.byteCount}` }))
      return { ...exported, rollouts }
    },
    readThread: async (params) => {
      const thread = await store.readThread(params)
      const rollouts = thread.rollouts?.map((r) => ({ ...r, fingerprint: `of ${r.byteCount}` }))
      return { ...thread, rollouts: rollouts ?? null }
    },
  }
}

async function run(
  source: ThreadStore,
  target: ThreadStore,
  onConflict: ConflictPolicy = 'fail',
): Promise<ThreadOutcome | undefined> {
  const outcomes: ThreadOutcome[] = []
  await migrate({
    source,
    target,
    clock,
    ids: systemIds,
    onConflict,
    onEvent: (event) => event.type === 'finished' && outcomes.push(event.outcome),
  })
  return outcomes[0]
}

/** What each thread of a store says, by id. */
async function texts(store: ThreadStore): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  for await (const thread of listAllThreads(store)) {
    if (isRunLog(thread)) continue
    const history = await store.loadHistory({ threadId: thread.threadId, includeArchived: true })
    found[thread.threadId] = history.items.slice(1).map(({ payload }) => {
      return (payload as { text: string }).text
    })
  }
  return found
}

describe('a thread that went on in the target', () => {
  test('is left as it is, and is no conflict', async () => {
    const [source, target] = [await filled(), openMemoryStore()]
    await run(source, target)
    await append(target, 'two')
    await target.updateThreadMetadata({ threadId, patch: { name: 'renamed' } })
    const outcome = await run(source, target)
    expect(outcome).toMatchObject({ status: 'already', findings: [{ code: 'TARGET_AHEAD' }] })
    expect(await texts(target)).toEqual({ [threadId]: ['one', 'two'] })
    expect(await target.readThread({ threadId })).toMatchObject({ name: 'renamed' })
  })
})

describe('a thread that was written anew in the source', () => {
  async function rewritten(): Promise<{ target: ThreadStore; again: ThreadStore }> {
    const target = openMemoryStore()
    await run(withFingerprints(await filled('an old line')), target)
    const again = withFingerprints(await filled('a new line, and a longer one'))
    return { target, again }
  }

  test('is a new generation, and the earlier one is kept in the archive', async () => {
    const { target, again } = await rewritten()
    const outcome = await run(again, target)
    expect(outcome).toMatchObject({
      status: 'appended',
      findings: [{ code: 'NEW_GENERATION' }],
      reason: null,
    })
    const { [threadId]: now, ...others } = await texts(target)
    expect(now).toEqual(['a new line, and a longer one'])
    expect(Object.values(others)).toEqual([['an old line']])
    const [kept = ''] = Object.keys(others)
    expect(await target.readThread({ threadId: kept, includeArchived: true })).toMatchObject({
      forkedFromId: threadId,
      extra: { threadstore: { copyOf: threadId } },
    })
  })

  test('needs nothing the second time', async () => {
    const { target, again } = await rewritten()
    await run(again, target)
    expect(await run(again, target)).toMatchObject({ status: 'already', findings: [] })
    expect(Object.keys(await texts(target))).toHaveLength(2)
  })

  test('is not replaced when the earlier one could not be kept', async () => {
    const { target, again } = await rewritten()
    const full: ThreadStore = {
      ...target,
      importThread: async (params) => {
        if (params.thread.threadId !== threadId) throw new Error('no room')
        return await target.importThread(params)
      },
    }
    expect(await run(again, full)).toMatchObject({ status: 'failed' })
    expect(await texts(target)).toEqual({ [threadId]: ['an old line'] })
  })
})

describe('a thread that went different ways', () => {
  async function diverged(): Promise<{ source: ThreadStore; target: ThreadStore }> {
    const [source, target] = [await filled(), openMemoryStore()]
    await run(source, target)
    await append(source, 'here, and longer')
    await append(target, 'there')
    return { source, target }
  }

  test.each(['fail', 'skip'] as const)('is left alone with %s', async (policy) => {
    const { source, target } = await diverged()
    expect(await run(source, target, policy)).toMatchObject({ status: 'conflict', bytesSent: 0 })
    expect(await texts(target)).toEqual({ [threadId]: ['one', 'there'] })
  })

  test('is in the target twice with keep-both, however often it is run', async () => {
    const { source, target } = await diverged()
    expect(await run(source, target, 'keep-both')).toMatchObject({
      status: 'proven',
      findings: [{ code: 'KEPT_BOTH' }],
    })
    expect(await run(source, target, 'keep-both')).toMatchObject({ status: 'already' })
    const { [threadId]: theirs, ...others } = await texts(target)
    expect(theirs).toEqual(['one', 'there'])
    expect(Object.values(others)).toEqual([['one', 'here, and longer']])
  })

  test.each([
    ['2027-01-01T00:00:00.000Z', ['one', 'here, and longer'], ['one', 'there']],
    ['2020-01-01T00:00:00.000Z', ['one', 'there'], ['one', 'here, and longer']],
  ])('lets the newer one stay with newer (%s)', async (updatedAt, stays, kept) => {
    const { source, target } = await diverged()
    await source.updateThreadMetadata({ threadId, patch: { updatedAt } })
    await run(source, target, 'newer')
    const { [threadId]: now, ...others } = await texts(target)
    expect(now).toEqual(stays)
    expect(Object.values(others)).toEqual([kept])
  })
})
