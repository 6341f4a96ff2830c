import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import { checked } from '../../src/store/checked.js'
import type { StoredThread } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import { inspectPlan, type InspectedPlan } from './inspect-plan.js'
import { isIntact, type PlanDocument, sealPlan } from './plan-document.js'
import { migrate, type MigrationResult } from '../runs/run.js'

const clock: Clock = { now: () => 0, sleep: async () => {} }

function id(number: number): string {
  return `019a0000-0000-7000-8000-${String(number).padStart(12, '0')}`
}

async function append(store: ThreadStore, threadId: string, text: string): Promise<void> {
  await store.resumeThread({ threadId })
  await store.appendItems({ threadId, items: [{ type: 'event_msg', payload: { text } }] })
  await store.shutdownThread({ threadId })
}

async function addThread(store: ThreadStore, threadId: string, text: string): Promise<void> {
  const metadata = { cwd: '/p', modelProvider: 'openai' }
  await store.createThread({ threadId, source: 'cli', metadata })
  await store.shutdownThread({ threadId })
  await append(store, threadId, text)
}

/** A dry run, and then the reading of everything in its plan. */
async function inspect(source: ThreadStore, target: ThreadStore): Promise<InspectedPlan> {
  const { plan } = await migrate({ source, target, clock, ids: systemIds, dryRun: true })
  return await inspectPlan(plan, { source, target, jobs: 2, onRead: () => {} })
}

async function run(
  source: ThreadStore,
  target: ThreadStore,
  plan?: PlanDocument,
): Promise<MigrationResult> {
  return await migrate({ source, target, clock, ids: systemIds, ...(plan && { plan }) })
}

async function planFor(source: ThreadStore, target: ThreadStore): Promise<PlanDocument> {
  const { threads } = await inspect(source, target)
  return sealPlan({
    version: '1',
    source: 's',
    target: 't',
    createdAt: 'now',
    threads,
    bytesToSend: 0,
  })
}

/** A store as a home of Codex is one: it keeps no hashes and no fingerprints of others. */
function asHome(store: ThreadStore): ThreadStore {
  const asListed = (thread: StoredThread): StoredThread => ({
    ...thread,
    rollouts: thread.rollouts?.map((r) => ({ ...r, sha256: null, fingerprint: 'own' })) ?? null,
  })
  return {
    ...store,
    supports: { ...store.supports, paths: true },
    readThread: async (params) => asListed(await store.readThread(params)),
    listThreads: async (params) => {
      const page = await store.listThreads(params)
      return { ...page, items: page.items.map(asListed) }
    },
  }
}

describe('inspectPlan', () => {
  test('tells how each thread stands', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    for (const n of [1, 2, 3, 4, 5]) await addThread(source, id(n), 'one')
    await run(source, target)
    await append(source, id(1), 'more')
    await source.updateThreadMetadata({ threadId: id(2), patch: { name: 'renamed' } })
    await append(target, id(3), 'there')
    await append(source, id(4), 'here, and longer')
    await append(target, id(4), 'there')
    await addThread(source, id(6), 'six')
    await source.resumeThread({ threadId: id(6) })
    const { threads, unreadable } = await inspect(source, target)
    expect(unreadable).toEqual([])
    const states = threads.map(({ threadId, state, busy }) => [threadId, state, busy] as const)
    expect(states.toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
      [id(1), 'grown', false],
      [id(2), 'changed', false],
      [id(3), 'ahead', false],
      [id(4), 'diverged', false],
      [id(6), 'new', true],
    ])
  })

  test('counts the bytes that have to be sent', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    await run(source, target)
    const before = (await source.historyDigest({ threadId: id(1) })).rollouts[0]?.byteCount ?? 0
    await append(source, id(1), 'two')
    const after = (await source.historyDigest({ threadId: id(1) })).rollouts[0]?.byteCount ?? 0
    expect((await inspect(source, target)).threads).toMatchObject([
      { bytesToSend: after - before, rollouts: [{ byteCount: after, storedBytes: before }] },
    ])
  })

  test('says of a thread that was written anew that it is rewritten', async () => {
    const [old, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(old, id(1), 'an old line')
    const marked: ThreadStore = {
      ...old,
      exportThread: async (params) => {
        const exported = await old.exportThread(params)
        return { ...exported, rollouts: exported.rollouts.map((r) => ({ ...r, fingerprint: 'f' })) }
      },
    }
    await run(marked, target)
    const source = openMemoryStore()
    await addThread(source, id(1), 'new')
    expect((await inspect(source, target)).threads).toMatchObject([{ state: 'rewritten' }])
  })

  test('says what a run does where the target knows its own files only', async () => {
    const [source, target] = [openMemoryStore(), asHome(openMemoryStore())]
    for (const n of [1, 2]) await addThread(source, id(n), 'one')
    await run(source, target)
    await append(source, id(2), 'two')
    const { threads } = await inspect(source, target)
    const states = Object.fromEntries(threads.map(({ threadId, state }) => [threadId, state]))
    expect(states).toEqual({ [id(1)]: 'same', [id(2)]: 'grown' })
    expect(await run(source, target)).toMatchObject({ totals: { already: 1, appended: 1 } })
  })

  test('finds nothing left after a run', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    await run(source, target)
    expect(await inspect(source, target)).toEqual({
      threads: [],
      unreadable: [],
      stopped: null,
    })
  })

  test('names what cannot be read and goes on', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    await addThread(source, id(2), 'two')
    const broken: ThreadStore = {
      ...source,
      exportThread: async (params) => {
        if (params.threadId === id(1)) throw new Error('EACCES')
        return await source.exportThread(params)
      },
    }
    const { threads, unreadable } = await inspect(broken, target)
    expect(threads).toMatchObject([{ threadId: id(2) }])
    expect(unreadable).toMatchObject([
      { threadId: id(1), reason: expect.stringContaining('EACCES') },
    ])
  })

  test('does not read what moves item by item', async () => {
    const [source, store] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    const target = checked({ ...store, supports: { ...store.supports, rawHistory: false } })
    expect((await inspect(source, target)).threads).toMatchObject([{ state: 'new', rollouts: [] }])
    await run(source, target)
    expect((await inspect(source, target)).threads).toMatchObject([{ state: 'unknown' }])
  })
})

describe('a plan', () => {
  test('is carried out as it is, and takes nothing else along', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    const plan = await planFor(source, target)
    await addThread(source, id(2), 'came later')
    expect(await run(source, target, plan)).toMatchObject({ totals: { proven: 1 }, stale: [] })
    await expect(target.readThread({ threadId: id(2) })).rejects.toThrow('not found')
  })

  test.each<[string, (source: ThreadStore, target: ThreadStore) => Promise<unknown>]>([
    ['grew in the source', (source) => append(source, id(1), 'more')],
    ['is gone from the source', (source) => source.deleteThread({ threadId: id(1) })],
    ['came into the target', (source, target) => run(source, target)],
  ])('is refused as a whole when a thread %s', async (_, change) => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    await addThread(source, id(2), 'two')
    const plan = await planFor(source, target)
    await change(source, target)
    const result = await run(source, target, plan)
    expect(result.stale).toContainEqual({ threadId: id(1), reason: expect.any(String) })
    expect(result.totals).toMatchObject({ proven: 0, appended: 0 })
  })

  test('shows when somebody changed it', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    const plan = await planFor(source, target)
    expect(isIntact(plan)).toBe(true)
    expect(isIntact({ ...plan, target: 'elsewhere' })).toBe(false)
    expect(isIntact({ ...plan, threads: [] })).toBe(false)
    expect(isIntact(JSON.parse(JSON.stringify(plan)) as PlanDocument)).toBe(true)
  })
})
