import { expect, test } from 'vitest'
import type { Clock } from '../src/host/clock.js'
import { systemIds } from '../src/host/ids.js'
import { ThreadStoreError } from '../src/store/errors.js'
import type { ThreadStore } from '../src/store/thread-store.js'
import { openMemoryStore } from '../src/stores/memory/memory-thread-store.js'
import type { ThreadOutcome } from './outcome.js'
import { ReceiptBuilder } from './receipt.js'
import { migrate } from './run.js'
import { verifyReceipt } from './verify-receipt.js'

const clock: Clock = { now: () => 0, sleep: async () => {} }
const id = (number: number): string => `019a0000-0000-7000-8000-${String(number).padStart(12, '0')}`

async function addThread(store: ThreadStore, threadId: string, base?: string): Promise<void> {
  await store.createThread({
    threadId,
    source: 'cli',
    metadata: { cwd: '/p', modelProvider: 'openai' },
    historyMode: 'paginated',
    ...(base !== undefined && { base: { rolloutId: base, endOrdinalExclusive: 2 } }),
  })
  const item = { type: 'event_msg', timestamp: '2026-11-22T12:00:00.000Z', payload: { threadId } }
  await store.appendItems({ threadId, items: [item] })
  await store.shutdownThread({ threadId })
}

async function outcomes(source: ThreadStore, target: ThreadStore): Promise<ThreadOutcome[]> {
  const found: ThreadOutcome[] = []
  await migrate({
    source,
    target,
    clock,
    ids: systemIds,
    onEvent: (event) => {
      if (event.type === 'finished') found.push(event.outcome)
    },
  })
  return found
}

test('a thread that turns out to be in the target already is compared instead', async () => {
  const [source, behind] = [openMemoryStore(), openMemoryStore()]
  await addThread(source, id(1))
  await outcomes(source, behind)
  // Somebody else brought it between the look at the target and the copy.
  const target: ThreadStore = {
    ...behind,
    listThreads: async () => ({ items: [], nextCursor: null }),
  }
  expect(await outcomes(source, target)).toMatchObject([{ status: 'already', reason: null }])
})

test('a rollout that begins elsewhere in the target is a conflict, and stays', async () => {
  const [source, target] = [openMemoryStore({ clock }), openMemoryStore({ clock })]
  for (const store of [source, target]) for (const one of [1, 2]) await addThread(store, id(one))
  await addThread(source, id(3), id(1))
  await addThread(target, id(3), id(2))
  const before = await target.historyDigest({ threadId: id(3) })
  const [outcome] = (await outcomes(source, target)).filter(({ threadId }) => threadId === id(3))
  expect(outcome).toMatchObject({ status: 'conflict' })
  expect(outcome?.reason).toContain('begins elsewhere')
  expect(await target.historyDigest({ threadId: id(3) })).toEqual(before)
})

test('a second look at many threads at once finds those that went on', async () => {
  const [source, target] = [openMemoryStore(), openMemoryStore()]
  for (let number = 1; number <= 120; number += 1) await addThread(source, id(number))
  const threadId = id(1)
  const moving: ThreadStore = {
    ...target,
    importThread: async (params) => {
      const receipt = await target.importThread(params)
      if (params.thread.threadId === threadId) {
        await source.resumeThread({ threadId })
        await source.appendItems({ threadId, items: [{ type: 'event_msg', payload: {} }] })
        await source.shutdownThread({ threadId })
      }
      return receipt
    },
  }
  const { totals, review } = await migrate({ source, target: moving, clock, ids: systemIds })
  expect(totals.proven).toBe(120)
  expect(review.changed).toEqual([threadId])
  const again = await outcomes(source, target)
  expect(again.filter(({ status }) => status !== 'already')).toMatchObject([
    { threadId, status: 'appended' },
  ])
})

test('a thread that cannot be read is named when a receipt is checked', async () => {
  const [source, target] = [openMemoryStore(), openMemoryStore()]
  await addThread(source, id(1))
  const builder = new ReceiptBuilder()
  await migrate({
    source,
    target,
    clock,
    ids: systemIds,
    onEvent: (event) => {
      if (event.type === 'finished') builder.add(event.outcome, event.held)
    },
  })
  const receipt = builder.finish({ version: '1', source: 's', target: 't', createdAt: 'now' })
  const damaged: ThreadStore = {
    ...target,
    historyDigest: () =>
      Promise.reject(new ThreadStoreError('INTERNAL', 'torn', { reason: 'damaged' })),
  }
  const seen: unknown[] = []
  await verifyReceipt({ target: damaged, receipt, onVerdict: (verdict) => seen.push(verdict) })
  expect(seen).toMatchObject([{ threadId: id(1), verdict: 'unreadable', reason: 'torn' }])
})
