import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import { migrate } from '../runs/run.js'
import { type ThreadVerdict, type VerifyOptions, type VerifyResult, verify } from './verify.js'

const clock: Clock = { now: () => 0, sleep: async () => {} }
const threadId = '019a0000-0000-7000-8000-000000000001'
const other = '019a0000-0000-7000-8000-000000000002'

async function addThread(store: ThreadStore, id: string, ...texts: string[]): Promise<void> {
  await store.createThread({
    threadId: id,
    source: 'cli',
    metadata: { cwd: '/p', modelProvider: 'openai' },
  })
  await append(store, id, ...texts)
}

async function append(store: ThreadStore, id: string, ...texts: string[]): Promise<void> {
  await store.discardThread({ threadId: id })
  await store.resumeThread({ threadId: id })
  await store.appendItems({
    threadId: id,
    items: texts.map((text) => ({ type: 'event_msg', payload: { text } })),
  })
  await store.shutdownThread({ threadId: id })
}

async function migrated(): Promise<{ source: ThreadStore; target: ThreadStore }> {
  const [source, target] = [openMemoryStore(), openMemoryStore()]
  await addThread(source, threadId, 'one', 'two')
  await migrate({ source, target, clock, ids: systemIds })
  return { source, target }
}

async function run(
  options: VerifyOptions,
): Promise<VerifyResult & { threads: readonly ThreadVerdict[] }> {
  const threads: ThreadVerdict[] = []
  const result = await verify({ ...options, onVerdict: (verdict) => threads.push(verdict) })
  return { ...result, threads }
}

/** The target with one byte of what it exports changed. */
function withChangedByte(target: ThreadStore, at: number): ThreadStore {
  return {
    ...target,
    exportThread: async (params) => {
      const exported = await target.exportThread(params)
      const rollouts = exported.rollouts.map((rollout) => ({
        ...rollout,
        async *read() {
          for await (const chunk of rollout.read()) {
            const changed = Uint8Array.from(chunk)
            changed[at] = (changed[at] ?? 0) ^ 1
            yield changed
          }
        },
      }))
      return { ...exported, rollouts }
    },
  }
}

describe('verify', () => {
  test('finds stores equal that hold the same', async () => {
    const { source, target } = await migrated()
    const result = await run({ source, target })
    expect(result.threads).toMatchObject([{ threadId, verdict: 'equal', reason: null }])
    expect(result.bytesRead).toBeGreaterThan(0)
  })

  test('names a thread whose record differs, field by field', async () => {
    const { source, target } = await migrated()
    await target.updateThreadMetadata({ threadId, patch: { name: 'other' } })
    expect((await run({ source, target })).threads).toMatchObject([
      { verdict: 'different', fields: [{ field: 'name', source: null, target: 'other' }] },
    ])
  })

  test('names a thread that the target lacks, and counts those only the target has', async () => {
    const { source, target } = await migrated()
    await addThread(source, other, 'x')
    await addThread(target, '019a0000-0000-7000-8000-000000000003', 'x')
    const { threads, onlyInTarget } = await run({ source, target })
    expect(threads.map(({ verdict }) => verdict).toSorted()).toEqual(['equal', 'missing'])
    expect(onlyInTarget).toBe(1)
  })

  test('calls a thread behind that went on in the source, and busy while it is written', async () => {
    const { source, target } = await migrated()
    await append(source, threadId, 'three')
    expect((await run({ source, target })).threads).toMatchObject([
      { verdict: 'behind', reason: expect.stringContaining('lacks its last') },
    ])
    await source.resumeThread({ threadId })
    expect((await run({ source, target })).totals).toMatchObject({ busy: 1 })
  })

  test('calls a thread ahead that went on in the target', async () => {
    const { source, target } = await migrated()
    await append(target, threadId, 'three')
    expect((await run({ source, target })).threads).toMatchObject([
      { verdict: 'ahead', reason: expect.stringContaining('went on in the target') },
    ])
  })

  test('calls a thread different that went on in both, and says where they part', async () => {
    const { source, target } = await migrated()
    const { byteCount } = (await source.historyDigest({ threadId })).rollouts[0] ?? {}
    await append(source, threadId, 'three')
    await append(target, threadId, 'a longer one')
    expect((await run({ source, target })).threads).toMatchObject([
      { verdict: 'different', rollouts: [{ firstDifference: { line: 4 } }] },
    ])
    const { threads } = await run({ source, target })
    expect(threads[0]?.rollouts[0]?.firstDifference?.offset).toBeGreaterThanOrEqual(byteCount ?? 0)
  })

  test('reading back finds what a digest does not show, and where', async () => {
    const { source, target } = await migrated()
    const changed = withChangedByte(target, 100)
    expect((await run({ source, target: changed })).totals).toMatchObject({ equal: 1 })
    const { threads } = await run({ source, target: changed, readBack: true })
    expect(threads).toMatchObject([
      { threadId, verdict: 'different', rollouts: [{ firstDifference: { offset: 100 } }] },
    ])
  })

  test('goes on after a thread that cannot be read', async () => {
    const { source, target } = await migrated()
    await addThread(source, other, 'x')
    await migrate({ source, target, clock, ids: systemIds })
    const broken: ThreadStore = {
      ...source,
      exportThread: async (params) => {
        if (params.threadId === threadId) throw new Error('EACCES')
        return await source.exportThread(params)
      },
    }
    const { threads } = await run({ source: broken, target })
    expect(threads.find((thread) => thread.threadId === threadId)).toMatchObject({
      verdict: 'unreadable',
      reason: expect.stringContaining('EACCES'),
    })
    expect(threads).toHaveLength(2)
  })

  test('compares only what it is asked for, and names what does not exist', async () => {
    const { source, target } = await migrated()
    await addThread(source, other, 'x')
    const { totals, unknown } = await run({
      source,
      target,
      only: new Set([threadId, '019a0000-0000-7000-8000-000000000009']),
    })
    expect(totals).toMatchObject({ equal: 1, missing: 0 })
    expect(unknown).toEqual(['019a0000-0000-7000-8000-000000000009'])
  })

  test('ends when it is interrupted', async () => {
    const { source, target } = await migrated()
    const { stopped, threads } = await run({ source, target, signal: AbortSignal.abort() })
    expect({ stopped, threads }).toEqual({ stopped: 'interrupted', threads: [] })
  })
})
