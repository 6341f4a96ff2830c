import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { MemoryStorage } from '../../src/stores/memory/memory-storage.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import { listRuns, type RunState } from './list-runs.js'
import { migrate, type MigrateOptions, type MigrationResult } from './run.js'
import { RunLog } from './run-log.js'
import { leaseId, leaseShard } from './shard-lease.js'
import { undoRun, type UndoneThread, type UndoResult } from './undo-run.js'
import { verify } from '../verify/verify.js'

const clock: Clock = { now: () => Date.UTC(2026, 10, 22), sleep: async () => {} }

function id(number: number): string {
  return `019a0000-0000-7000-8000-${String(number).padStart(12, '0')}`
}

async function append(store: ThreadStore, threadId: string, text: string): Promise<void> {
  await store.appendItems({ threadId, items: [{ type: 'event_msg', payload: { text } }] })
  await store.shutdownThread({ threadId })
}

async function addThread(store: ThreadStore, threadId: string, text: string): Promise<void> {
  const metadata = { cwd: '/p', modelProvider: 'openai' }
  await store.createThread({ threadId, source: 'cli', metadata })
  await append(store, threadId, text)
}

async function continueThread(store: ThreadStore, threadId: string, text: string): Promise<void> {
  await store.resumeThread({ threadId })
  await append(store, threadId, text)
}

async function run(
  source: ThreadStore,
  target: ThreadStore,
  more: Partial<MigrateOptions> = {},
): Promise<MigrationResult> {
  return await migrate({ source, target, clock, ids: systemIds, facts: { host: 'h' }, ...more })
}

async function runs(store: ThreadStore): Promise<RunState[]> {
  const found: RunState[] = []
  for await (const state of listRuns(store)) found.push(state)
  return found
}

async function undo(
  target: ThreadStore,
  id_: string | null,
): Promise<UndoResult & { threads: readonly UndoneThread[] }> {
  const threads: UndoneThread[] = []
  const options = {
    target,
    run: id_ ?? '',
    onThread: (thread: UndoneThread) => threads.push(thread),
  }
  return { ...(await undoRun(options)), threads }
}

describe('the log of a run', () => {
  test('tells what the run came to, newest run first', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    const first = await run(source, target)
    await addThread(source, id(2), 'two')
    const second = await run(source, target)
    expect((await runs(target)).map((state) => state.run)).toEqual([second.run, first.run])
    expect((await runs(target))[1]).toMatchObject({
      state: 'finished',
      facts: { host: 'h' },
      totals: { proven: 1 },
      left: 0,
      stopped: null,
    })
  })

  test('is not written when there is nothing to do, and not by a dry run', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    await run(source, target, { dryRun: true })
    expect(await runs(target)).toEqual([])
    await run(source, target)
    expect(await run(source, target)).toMatchObject({ run: null, totals: { already: 1 } })
    expect(await runs(target)).toHaveLength(1)
  })

  test('is nothing that is listed, migrated or compared', async () => {
    const [source, middle, target] = [openMemoryStore(), openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    await run(source, middle)
    expect((await middle.listThreads({ pageSize: 10 })).items).toHaveLength(1)
    expect((await run(middle, target)).totals).toMatchObject({ proven: 1 })
    expect(await verify({ source, target })).toMatchObject({
      totals: { equal: 1 },
      onlyInTarget: 0,
    })
  })

  test('shows a run that is under way, and one that was lost', async () => {
    const [source, storage] = [openMemoryStore(), new MemoryStorage()]
    const target = openMemoryStore({ storage })
    await addThread(source, id(1), 'one')
    const seen: string[] = []
    await run(source, {
      ...target,
      importThread: async (params) => {
        seen.push(...(await runs(target)).map(({ state }) => state))
        return await target.importThread(params)
      },
      // What a process that is killed never gets to.
      shutdownThread: async () => {},
      appendItems: async (params) => {
        if (params.items.every(({ payload }) => !isEnd(payload))) await target.appendItems(params)
      },
    })
    expect(seen).toEqual(['running'])
    storage.forgetWriters()
    expect(await runs(target)).toMatchObject([{ state: 'lost' }])
  })
})

test('an intent is on record when it is told so, whenever it comes', async () => {
  const written: unknown[] = []
  const target: ThreadStore = {
    ...openMemoryStore(),
    appendItems: async ({ items }) => {
      written.push(...items.map(({ payload }) => (payload as { threadId?: string }).threadId))
    },
  }
  const log = await RunLog.begin({ target, clock, run: id(0), facts: {} })
  for (let ticks = 1; ticks < 12; ticks += 1) {
    const earlier = log.intend(id(0), null)
    for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
    await log.intend(id(ticks), null)
    expect(written).toContain(id(ticks))
    await earlier
  }
})

function isEnd(payload: unknown): boolean {
  return (payload as { kind?: string }).kind === 'ended'
}

describe('undoRun', () => {
  test('removes what the run brought and nothing else', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    await run(source, target)
    await addThread(target, id(9), 'of the target')
    await addThread(source, id(2), 'two')
    await addThread(source, id(3), 'three')
    const second = await run(source, target)
    expect(await undo(target, second.run)).toMatchObject({ totals: { removed: 2, kept: 0 } })
    expect((await verify({ source, target })).totals).toMatchObject({ equal: 1, missing: 2 })
    expect((await runs(target))[0]).toMatchObject({ state: 'undone' })
    expect(await target.readThread({ threadId: id(9) })).toMatchObject({ threadId: id(9) })
  })

  test('takes appended bytes and a changed record back', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    await run(source, target)
    const before = await target.readThread({ threadId: id(1), includeRollouts: true })
    await continueThread(source, id(1), 'two')
    await source.updateThreadMetadata({ threadId: id(1), patch: { name: 'later' } })
    const second = await run(source, target)
    expect(await undo(target, second.run)).toMatchObject({ totals: { restored: 1 } })
    expect(await target.readThread({ threadId: id(1), includeRollouts: true })).toEqual(before)
  })

  test('puts back the generation that was replaced', async () => {
    const [old, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(old, id(1), 'an old line')
    const withFingerprint = (store: ThreadStore, fingerprint: string): ThreadStore => ({
      ...store,
      exportThread: async (params) => {
        const exported = await store.exportThread(params)
        return { ...exported, rollouts: exported.rollouts.map((r) => ({ ...r, fingerprint })) }
      },
    })
    await run(withFingerprint(old, 'f1'), target)
    const before = await target.readThread({ threadId: id(1), includeRollouts: true })
    const rewritten = openMemoryStore()
    await addThread(rewritten, id(1), 'new')
    const second = await run(withFingerprint(rewritten, 'f2'), target)
    expect((await target.listThreads({ pageSize: 9, archived: true })).items).toHaveLength(3)
    expect(await undo(target, second.run)).toMatchObject({ totals: { restored: 1, removed: 1 } })
    expect(await target.readThread({ threadId: id(1), includeRollouts: true })).toEqual(before)
  })

  test('leaves alone what was changed since, and says why', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    for (const n of [1, 2, 3]) await addThread(source, id(n), 'x')
    const first = await run(source, target)
    await target.updateThreadMetadata({ threadId: id(1), patch: { name: 'renamed' } })
    await continueThread(target, id(2), 'more')
    await target.deleteThread({ threadId: id(3) })
    const { totals, threads } = await undo(target, first.run)
    expect(totals).toEqual({ removed: 0, restored: 0, kept: 2, gone: 1 })
    expect(threads.find(({ threadId }) => threadId === id(1))?.reason).toContain('record')
    expect(threads.find(({ threadId }) => threadId === id(2))?.reason).toContain('bytes')
  })

  test('refuses a run that is under way, and what is no run', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    const { run: done } = await run(source, target)
    await target.resumeThread({ threadId: done ?? '', includeArchived: true })
    await expect(undo(target, done)).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(undo(target, id(1))).rejects.toThrow('knows no run')
    await expect(undo(target, id(8))).rejects.toThrow('knows no run')
    const shard = { number: 1, of: 1 }
    await using _ = await leaseShard({ target, clock, shard, of: 's', facts: {} })
    await expect(undo(target, leaseId('s', shard))).rejects.toThrow('knows no run')
  })

  test('is not called done when it was interrupted, and can go on', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    for (const n of [1, 2]) await addThread(source, id(n), 'x')
    const { run: done } = await run(source, target)
    const stop = new AbortController()
    const options = { target, run: done ?? '', signal: stop.signal }
    expect(await undoRun({ ...options, onThread: () => stop.abort() })).toMatchObject({
      stopped: 'interrupted',
      totals: { removed: 1 },
    })
    expect(await runs(target)).toMatchObject([{ state: 'finished' }])
    expect(await undo(target, done)).toMatchObject({ totals: { removed: 1, gone: 1 } })
    expect(await runs(target)).toMatchObject([{ state: 'undone' }])
  })

  test('leaves alone what a later run stored again', async () => {
    const [source, target] = [openMemoryStore(), openMemoryStore()]
    await addThread(source, id(1), 'one')
    const first = await run(source, target)
    await continueThread(source, id(1), 'two')
    await run(source, target)
    expect(await undo(target, first.run)).toMatchObject({ totals: { kept: 1 } })
  })
})
