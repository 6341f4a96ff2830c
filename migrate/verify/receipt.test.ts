import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import { ReceiptBuilder, type Receipt, receiptRoot } from './receipt.js'
import { migrate } from '../runs/run.js'
import { type ReceiptThreadVerdict, verifyReceipt } from './verify-receipt.js'

const clock: Clock = { now: () => 0, sleep: async () => {} }
const threadId = '019a0000-0000-7000-8000-000000000001'
const other = '019a0000-0000-7000-8000-000000000002'

async function append(store: ThreadStore, id: string, text: string): Promise<void> {
  await store.appendItems({
    threadId: id,
    items: [{ type: 'event_msg', timestamp: '2026-11-22T12:00:00.000Z', payload: { text } }],
  })
  await store.shutdownThread({ threadId: id })
}

async function filled(): Promise<ThreadStore> {
  const store = openMemoryStore({ clock })
  for (const id of [other, threadId]) {
    await store.createThread({
      threadId: id,
      source: 'cli',
      metadata: { cwd: '/p', modelProvider: 'openai' },
    })
    await append(store, id, `in ${id}`)
  }
  return store
}

async function migrated(): Promise<{ target: ThreadStore; receipt: Receipt }> {
  const [source, target] = [await filled(), openMemoryStore()]
  return { target, receipt: await receiptOf(source, target) }
}

async function receiptOf(source: ThreadStore, target: ThreadStore): Promise<Receipt> {
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
  return builder.finish({ version: '1', source: 's', target: 't', createdAt: 'now' })
}

describe('a receipt', () => {
  test('names every thread in the order of ids, under a root', async () => {
    const { receipt } = await migrated()
    expect(receipt.threads.map((thread) => thread.threadId)).toEqual([threadId, other])
    expect(receipt.merkleRoot).toBe(receiptRoot(receipt.threads))
  })

  test('is the same for a run that found everything in place', async () => {
    const [source, target] = [await filled(), openMemoryStore()]
    expect(await receiptOf(source, target)).toEqual(await receiptOf(source, target))
  })

  test('leaves out what is not in the target', async () => {
    const [source, target] = [await filled(), openMemoryStore()]
    const broken: ThreadStore = {
      ...target,
      importThread: async (params) => {
        if (params.thread.threadId === other) throw new Error('no')
        return await target.importThread(params)
      },
    }
    const { threads } = await receiptOf(source, broken)
    expect(threads.map((thread) => thread.threadId)).toEqual([threadId])
  })
})

test('a thread that cannot be read is named when a receipt is checked', async () => {
  const { target, receipt } = await migrated()
  const damaged: ThreadStore = {
    ...target,
    historyDigest: async (params) => {
      if (params.threadId === other) return await target.historyDigest(params)
      throw new ThreadStoreError('INTERNAL', 'torn', { reason: 'damaged' })
    },
  }
  const seen: ReceiptThreadVerdict[] = []
  await verifyReceipt({ target: damaged, receipt, onVerdict: (verdict) => seen.push(verdict) })
  expect(seen).toMatchObject([
    { threadId, verdict: 'unreadable', reason: 'torn' },
    { threadId: other, verdict: 'held' },
  ])
})

describe.each([false, true])('verifyReceipt, reading back: %s', (readBack) => {
  test('finds everything held', async () => {
    const { target, receipt } = await migrated()
    expect(await verifyReceipt({ receipt, target, readBack })).toMatchObject({
      totals: { held: 2 },
      recordsChanged: 0,
    })
  })

  test('tells a thread that went on from one that is gone', async () => {
    const { target, receipt } = await migrated()
    await target.resumeThread({ threadId })
    await append(target, threadId, 'more')
    await target.deleteThread({ threadId: other })
    expect(await verifyReceipt({ receipt, target, readBack })).toMatchObject({
      totals: { grown: 1, missing: 1 },
    })
  })

  test('finds other bytes', async () => {
    const { target, receipt } = await migrated()
    const forged = {
      threads: receipt.threads.map((thread) =>
        thread.threadId === threadId
          ? {
              ...thread,
              rollouts: thread.rollouts.map((r) => ({ ...r, sha256: '0'.repeat(64) })),
            }
          : thread,
      ),
    }
    expect(await verifyReceipt({ receipt: forged, target, readBack })).toMatchObject({
      totals: { different: 1, held: 1 },
    })
    expect(receiptRoot(forged.threads)).not.toBe(receipt.merkleRoot)
  })

  test('notes a changed record without calling the bytes different', async () => {
    const { target, receipt } = await migrated()
    await target.updateThreadMetadata({ threadId, patch: { name: 'renamed' } })
    expect(await verifyReceipt({ receipt, target, readBack })).toMatchObject({
      totals: { held: 2 },
      recordsChanged: 1,
    })
  })

  test('looks at the threads of a shard only', async () => {
    const { target, receipt } = await migrated()
    const checked = [1, 2, 3, 4].map(async (number) => {
      const shard = { number, of: 4 }
      return (await verifyReceipt({ receipt, target, readBack, shard })).totals.held
    })
    const held = await Promise.all(checked)
    expect(held.toSorted((a, b) => a - b)).toEqual([0, 0, 1, 1])
  })
})
