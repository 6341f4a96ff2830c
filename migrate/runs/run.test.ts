import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { MemoryStorage } from '../../src/stores/memory/memory-storage.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import type { ThreadOutcome } from './outcome.js'
import { withoutMark } from '../copy/record-mark.js'
import { type MigrateOptions, type MigrationResult, migrate } from './run.js'

const clock: Clock = { now: () => 0, sleep: async () => {} }

function id(number: number): string {
  return `019a0000-0000-7000-8000-${String(number).padStart(12, '0')}`
}

function message(text: string): RolloutItem {
  return { type: 'event_msg', payload: { type: 'user_message', message: text } }
}

/** Creates a thread with some items and leaves it without a writer. */
async function addThread(store: ThreadStore, threadId: string, ...texts: string[]): Promise<void> {
  await store.createThread({
    threadId,
    source: 'cli',
    metadata: { cwd: '/p', modelProvider: 'openai' },
  })
  await store.appendItems({ threadId, items: texts.map(message) })
  await store.shutdownThread({ threadId })
}

async function append(store: ThreadStore, threadId: string, text: string): Promise<void> {
  await store.resumeThread({ threadId })
  await store.appendItems({ threadId, items: [message(text)] })
  await store.shutdownThread({ threadId })
}

interface Run extends MigrationResult {
  readonly outcomes: readonly ThreadOutcome[]
}

async function run(options: Omit<MigrateOptions, 'clock' | 'ids'>): Promise<Run> {
  const outcomes: ThreadOutcome[] = []
  const result = await migrate({
    clock,
    ids: systemIds,
    ...options,
    onEvent: (event) => {
      if (event.type === 'finished') outcomes.push(event.outcome)
      options.onEvent?.(event)
    },
  })
  return { ...result, outcomes }
}

async function digest(store: ThreadStore, threadId: string): Promise<string | undefined> {
  return (await store.historyDigest({ threadId })).rollouts[0]?.sha256
}

describe('migrate', () => {
  test('copies every thread and proves it', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    for (let n = 0; n < 20; n += 1) await addThread(source, id(n), `hello ${n}`)
    await source.archiveThread({ threadId: id(3) })
    const { totals, stopped, bytesSent, bytesRead } = await run({ source, target })
    expect({ totals, stopped }).toMatchObject({ totals: { proven: 20 }, stopped: null })
    expect(bytesSent).toBe(bytesRead)
    expect(await digest(target, id(7))).toBe(await digest(source, id(7)))
    const archived = { threadId: id(3), includeArchived: true }
    expect(withoutMark(await target.readThread(archived))).toEqual(
      await source.readThread(archived),
    )
  })

  test('sends nothing the second time', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    await addThread(source, id(2), 'two')
    await run({ source, target })
    const again = await run({ source, target })
    expect(again).toMatchObject({ totals: { already: 2, proven: 0 }, bytesRead: 0, bytesSent: 0 })
  })

  test('sends only what was appended', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    await run({ source, target })
    const before = (await source.historyDigest({ threadId: id(1) })).rollouts[0]?.byteCount ?? 0
    await append(source, id(1), 'two')
    const after = (await source.historyDigest({ threadId: id(1) })).rollouts[0]?.byteCount ?? 0
    const again = await run({ source, target })
    expect(again).toMatchObject({
      totals: { appended: 1 },
      bytesSent: after - before,
      bytesRead: after,
    })
    expect(await digest(target, id(1))).toBe(await digest(source, id(1)))
  })

  test('brings a changed record along without sending bytes', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    await run({ source, target })
    await source.updateThreadMetadata({ threadId: id(1), patch: { name: 'renamed' } })
    const again = await run({ source, target })
    expect(again).toMatchObject({ totals: { appended: 1 }, bytesSent: 0 })
    expect(await target.readThread({ threadId: id(1) })).toMatchObject({ name: 'renamed' })
  })

  test('leaves a thread alone that went another way in the target', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    await run({ source, target })
    await append(target, id(1), 'in the target')
    const before = await digest(target, id(1))
    await append(source, id(1), 'in the source, which is longer')
    const again = await run({ source, target })
    expect(again.outcomes).toMatchObject([
      { status: 'conflict', reason: expect.stringContaining('does not begin with') },
    ])
    expect(await digest(target, id(1))).toBe(before)
  })

  test('copies a thread that is being written up to now and calls it busy', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    await source.resumeThread({ threadId: id(1) })
    const first = await run({ source, target })
    expect(first.totals).toMatchObject({ busy: 1 })
    expect(await digest(target, id(1))).toBe(await digest(source, id(1)))
    await source.appendItems({ threadId: id(1), items: [message('two')] })
    await source.shutdownThread({ threadId: id(1) })
    expect((await run({ source, target })).totals).toMatchObject({ appended: 1 })
  })

  test('names a thread that was appended to while others were copied', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    await addThread(source, id(2), 'two')
    const slow: ThreadStore = {
      ...target,
      importThread: async (params) => {
        const receipt = await target.importThread(params)
        if (params.thread.threadId === id(1)) await append(source, id(1), 'meanwhile')
        return receipt
      },
    }
    expect(await run({ source, target: slow })).toMatchObject({
      totals: { proven: 2 },
      review: { changed: [id(1)], findings: [] },
    })
    expect(await run({ source, target })).toMatchObject({
      totals: { appended: 1 },
      review: { changed: [] },
    })
  })

  test('fails a thread whose receipt is not what was read', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    await addThread(source, id(2), 'two')
    const lossy: ThreadStore = {
      ...target,
      importThread: async (params) => {
        const receipt = await target.importThread(params)
        if (params.thread.threadId !== id(2)) return receipt
        const [first] = receipt.rollouts
        return { ...receipt, rollouts: first ? [{ ...first, sha256: '0'.repeat(64) }] : [] }
      },
    }
    const { outcomes, totals } = await run({ source, target: lossy })
    expect(totals).toMatchObject({ proven: 1, failed: 1 })
    expect(outcomes.find(({ status }) => status === 'failed')).toMatchObject({ threadId: id(2) })
  })

  test('reports a record field that the target gives back differently', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    const forgetful: ThreadStore = {
      ...target,
      importThread: (params) =>
        target.importThread({ ...params, thread: { ...params.thread, cwd: '' } }),
    }
    const { review } = await run({ source, target: forgetful })
    expect(review.findings).toMatchObject([
      { code: 'RECORD_NOT_HELD', message: expect.stringContaining('cwd') },
    ])
  })

  test('only plans in a dry run', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    const { plan, left } = await run({ source, target, dryRun: true })
    expect(plan.threads).toMatchObject([{ threadId: id(1), state: 'new' }])
    expect(left).toBe(1)
    await expect(target.readThread({ threadId: id(1) })).rejects.toThrow('not found')
  })

  test('copies nothing when a thread asked for does not exist', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    const { totals, unknown } = await run({ source, target, only: new Set([id(1), id(9)]) })
    expect({ totals, unknown }).toMatchObject({ totals: { proven: 0 }, unknown: [id(9)] })
  })
})

describe('migrate, lineage', () => {
  async function forked(): Promise<ThreadStore> {
    const source = openMemoryStore()
    await source.createThread({
      threadId: id(1),
      source: 'cli',
      metadata: { cwd: '/p', modelProvider: 'openai' },
      historyMode: 'paginated',
    })
    await source.appendItems({ threadId: id(1), items: [message('one')] })
    await source.shutdownThread({ threadId: id(1) })
    await source.createThread({
      threadId: id(2),
      source: 'cli',
      metadata: { cwd: '/p', modelProvider: 'openai' },
      forkedFromId: id(1),
      base: { rolloutId: id(1), endOrdinalExclusive: 2 },
    })
    await source.appendItems({ threadId: id(2), items: ['a', 'b', 'c'].map(message) })
    await source.shutdownThread({ threadId: id(2) })
    return source
  }

  test('a fork arrives as a reference, after what it begins from', async () => {
    const source = await forked()
    const target = openMemoryStore()
    const { outcomes } = await run({ source, target, jobs: 2 })
    expect(outcomes.map(({ threadId }) => threadId)).toEqual([id(1), id(2)])
    expect(await target.loadHistory({ threadId: id(2) })).toEqual(
      await source.loadHistory({ threadId: id(2) }),
    )
  })

  test('--only takes along what the thread begins from', async () => {
    const source = await forked()
    await addThread(source, id(3), 'unrelated')
    const target = openMemoryStore()
    const { outcomes } = await run({ source, target, only: new Set([id(2)]) })
    expect(outcomes.map(({ threadId }) => threadId)).toEqual([id(1), id(2)])
  })

  test('a fork whose base could not be copied is not copied either', async () => {
    const source = await forked()
    const target = openMemoryStore()
    const broken: ThreadStore = {
      ...target,
      importThread: async (params) => {
        if (params.thread.threadId !== id(1)) return await target.importThread(params)
        throw new ThreadStoreError('INTERNAL', 'no room', { reason: 'storage' })
      },
    }
    const { outcomes } = await run({ source, target: broken })
    expect(outcomes).toMatchObject([
      { threadId: id(1), status: 'failed', reason: 'no room' },
      { threadId: id(2), status: 'failed', reason: expect.stringContaining(id(1)) },
    ])
  })

  test('a reverted thread is recognised as the same thread', async () => {
    const storage = new MemoryStorage()
    const source = openMemoryStore({ storage })
    const target = openMemoryStore()
    await source.createThread({
      threadId: id(1),
      source: 'cli',
      metadata: { cwd: '/p', modelProvider: 'openai' },
      historyMode: 'paginated',
    })
    await source.appendItems({ threadId: id(1), items: ['keep', 'drop'].map(message) })
    await source.shutdownThread({ threadId: id(1) })
    await run({ source, target })
    await source.revertThread({
      threadId: id(1),
      base: { rolloutId: id(1), endOrdinalExclusive: 2 },
    })
    expect((await run({ source, target })).totals).toMatchObject({ appended: 1 })
    expect(await target.loadHistory({ threadId: id(1) })).toEqual(
      await source.loadHistory({ threadId: id(1) }),
    )
  })
})

describe('migrate, trouble', () => {
  test('tries again what may pass', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    let failures = 3
    let given = 0
    const flaky: ThreadStore = {
      ...target,
      importThread: async (params) => {
        failures -= 1
        if (failures < 0) return await target.importThread(params)
        for (const { chunks } of params.rollouts)
          for await (const { length } of chunks) given += length
        throw new ThreadStoreError('RETRYABLE', 'not now', { reason: 'contention' })
      },
    }
    const pauses: number[] = []
    let inVain = 0
    const { totals, bytesRead, bytesSent } = await run({
      source,
      target: flaky,
      onEvent: (event) => {
        if (event.type !== 'retrying') return
        pauses.push(event.pauseMs)
        inVain += event.bytes
      },
    })
    expect(totals).toMatchObject({ proven: 1 })
    expect(pauses).toEqual([200, 400, 800])
    expect([inVain, given]).toEqual([3 * bytesSent, 3 * bytesSent])
    expect(bytesRead).toBe(4 * bytesSent)
  })

  test('proves a thread whose import succeeded though its reply was lost', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    let lost = false
    const forgetful: ThreadStore = {
      ...target,
      importThread: async (params) => {
        const receipt = await target.importThread(params)
        if (lost) return receipt
        lost = true
        throw new ThreadStoreError('OUTCOME_UNKNOWN', 'gone', { reason: 'connection-lost' })
      },
    }
    const { totals, stopped } = await run({ source, target: forgetful })
    expect({ totals, stopped }).toMatchObject({ totals: { already: 1 }, stopped: null })
  })

  test('stops when the target stays out of reach', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    for (let n = 0; n < 10; n += 1) await addThread(source, id(n), 'one')
    const down: ThreadStore = {
      ...target,
      importThread: () => {
        throw new ThreadStoreError('RETRYABLE', 'refused', { reason: 'unavailable' })
      },
    }
    const { stopped, left } = await run({ source, target: down })
    expect(stopped).toMatchObject({ message: 'refused' })
    expect(left).toBe(10)
  })

  test('ends after the running threads when it is interrupted, and goes on from there', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    for (let n = 0; n < 10; n += 1) await addThread(source, id(n), 'one')
    const controller = new AbortController()
    const first = await run({
      source,
      target,
      jobs: 1,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'finished' && event.outcome.threadId === id(4)) controller.abort()
      },
    })
    expect(first.stopped).toBe('interrupted')
    expect(first.left).toBeGreaterThan(0)
    const second = await run({ source, target })
    expect(second.totals).toMatchObject({ already: 10 - first.left, proven: first.left })
  })
})

/** A thread that begins empty, or in another one. */
async function addFork(store: ThreadStore, threadId: string, base?: string): Promise<void> {
  await store.createThread({
    threadId,
    source: 'cli',
    metadata: { cwd: '/p', modelProvider: 'openai' },
    historyMode: 'paginated',
    ...(base !== undefined && { base: { rolloutId: base, endOrdinalExclusive: 2 } }),
  })
  const said = { ...message(threadId), timestamp: '2026-11-22T12:00:00.000Z' }
  await store.appendItems({ threadId, items: [said] })
  await store.shutdownThread({ threadId })
}

test('a thread that turns out to be in the target already is compared instead', async () => {
  const [source, behind] = [openMemoryStore(), openMemoryStore()]
  await addThread(source, id(1), 'one')
  await run({ source, target: behind })
  // Somebody else brought it between the look at the target and the copy.
  const target: ThreadStore = {
    ...behind,
    listThreads: async () => ({ items: [], nextCursor: null }),
  }
  const { outcomes } = await run({ source, target })
  expect(outcomes).toMatchObject([{ status: 'already', reason: null }])
})

test('a rollout that begins elsewhere in the target is a conflict, and stays', async () => {
  const [source, target] = [openMemoryStore({ clock }), openMemoryStore({ clock })]
  for (const store of [source, target]) for (const one of [1, 2]) await addFork(store, id(one))
  await addFork(source, id(3), id(1))
  await addFork(target, id(3), id(2))
  const before = await digest(target, id(3))
  const { outcomes } = await run({ source, target })
  const outcome = outcomes.find(({ threadId }) => threadId === id(3))
  expect(outcome).toMatchObject({ status: 'conflict' })
  expect(outcome?.reason).toContain('begins elsewhere')
  expect(await digest(target, id(3))).toBe(before)
})

test('a second look at many threads at once finds those that went on', async () => {
  const [source, target] = [openMemoryStore(), openMemoryStore()]
  for (let number = 1; number <= 120; number += 1) await addThread(source, id(number), 'one')
  const moving: ThreadStore = {
    ...target,
    importThread: async (params) => {
      const receipt = await target.importThread(params)
      if (params.thread.threadId === id(1)) await append(source, id(1), 'two')
      return receipt
    },
  }
  const { totals, review } = await run({ source, target: moving })
  expect(totals.proven).toBe(120)
  expect(review.changed).toEqual([id(1)])
  const again = (await run({ source, target })).outcomes
  expect(again.filter(({ status }) => status !== 'already')).toMatchObject([
    { threadId: id(1), status: 'appended' },
  ])
})
