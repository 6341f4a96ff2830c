import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { checked } from '../../src/store/checked.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import type { ThreadOutcome } from '../runs/outcome.js'
import { type MigrationResult, migrate } from '../runs/run.js'
import { verify } from '../verify/verify.js'

const clock: Clock = { now: () => 0, sleep: async () => {} }
const parent = '019a0000-0000-7000-8000-000000000001'
const child = '019a0000-0000-7000-8000-000000000002'

function message(text: string): RolloutItem {
  return {
    type: 'event_msg',
    timestamp: '2026-11-22T12:00:00.000Z',
    payload: { type: 'user_message', message: text },
  }
}

/** A store of the simplest kind: neither bytes nor references. */
function plainStore(): ThreadStore {
  const store = openMemoryStore()
  return checked({ ...store, supports: { ...store.supports, rawHistory: false, lineage: false } })
}

async function addThread(store: ThreadStore, ...texts: string[]): Promise<void> {
  await store.createThread({
    threadId: parent,
    source: 'cli',
    baseInstructions: 'be brief',
    metadata: { cwd: '/p', modelProvider: 'openai', originator: 'codex_cli_rs' },
  })
  await store.appendItems({ threadId: parent, items: texts.map(message) })
  await store.shutdownThread({ threadId: parent })
}

async function append(store: ThreadStore, text: string): Promise<void> {
  await store.resumeThread({ threadId: parent })
  await store.appendItems({ threadId: parent, items: [message(text)] })
  await store.shutdownThread({ threadId: parent })
}

async function run(
  source: ThreadStore,
  target: ThreadStore,
): Promise<MigrationResult & { outcomes: readonly ThreadOutcome[] }> {
  const outcomes: ThreadOutcome[] = []
  const result = await migrate({
    source,
    target,
    clock,
    ids: systemIds,
    onEvent: (event) => event.type === 'finished' && outcomes.push(event.outcome),
  })
  return { ...result, outcomes }
}

describe('a migration into a store without bytes', () => {
  test('copies items, metadata and the facts of the session_meta', async () => {
    const [source, target] = [openMemoryStore(), plainStore()]
    await addThread(source, 'one', 'two')
    await source.updateThreadMetadata({
      threadId: parent,
      patch: { name: 'n', gitInfo: { branch: 'b' }, createdAt: '2026-01-01T00:00:00.000Z' },
    })
    expect((await run(source, target)).totals).toMatchObject({ proven: 1 })
    const wanted = await source.readThread({ threadId: parent, includeHistory: true })
    const held = await target.readThread({ threadId: parent, includeHistory: true })
    expect({ ...held, history: null }).toEqual({ ...wanted, history: null })
    expect(held.history?.items.slice(1)).toEqual(wanted.history?.items.slice(1))
    expect(held.history?.items[0]?.payload).toMatchObject({
      originator: 'codex_cli_rs',
      base_instructions: { text: 'be brief' },
    })
  })

  test('sends nothing the second time, and only new items the third time', async () => {
    const [source, target] = [openMemoryStore(), plainStore()]
    await addThread(source, 'one')
    await run(source, target)
    expect((await run(source, target)).outcomes).toMatchObject([
      { status: 'already', bytesSent: 0 },
    ])
    await append(source, 'two')
    const { outcomes } = await run(source, target)
    expect(outcomes).toMatchObject([{ status: 'appended' }])
    expect(outcomes[0]?.bytesSent).toBeLessThan(200)
    expect((await target.loadHistory({ threadId: parent })).items).toHaveLength(3)
  })

  test('leaves a thread alone that went another way', async () => {
    const [source, target] = [openMemoryStore(), plainStore()]
    await addThread(source, 'one')
    await run(source, target)
    await append(source, 'here')
    await append(target, 'there')
    expect((await run(source, target)).totals).toMatchObject({ conflict: 1 })
  })

  test('archives, unarchives and says that the time of archiving is lost', async () => {
    const [source, target] = [openMemoryStore(), plainStore()]
    await addThread(source, 'one')
    await source.archiveThread({ threadId: parent })
    await run(source, target)
    const archived = await target.readThread({ threadId: parent, includeArchived: true })
    expect(archived.archivedAt).not.toBeNull()
    await source.unarchiveThread({ threadId: parent })
    await run(source, target)
    expect(await target.readThread({ threadId: parent })).toMatchObject({ archivedAt: null })
  })

  test('copies what a fork begins from into it, and says so', async () => {
    const [source, target] = [openMemoryStore(), plainStore()]
    const metadata = { cwd: '/p', modelProvider: 'openai' }
    await source.createThread({
      threadId: parent,
      source: 'cli',
      metadata,
      historyMode: 'paginated',
    })
    await source.appendItems({ threadId: parent, items: [message('before')] })
    await source.shutdownThread({ threadId: parent })
    const base = { rolloutId: parent, endOrdinalExclusive: 2 }
    await source.createThread({ threadId: child, source: 'cli', metadata, base })
    await source.appendItems({ threadId: child, items: [message('after')] })
    await source.shutdownThread({ threadId: child })
    const { outcomes, totals } = await run(source, target)
    expect(totals).toMatchObject({ proven: 2 })
    const fork = outcomes.find(({ threadId }) => threadId === child)
    expect(fork?.findings.map(({ code }) => code)).toContain('LINEAGE_FLATTENED')
    const { items } = await target.loadHistory({ threadId: child })
    const texts = items.map(({ payload }) => (payload as { message?: string }).message)
    expect(texts.filter((text) => text !== undefined)).toEqual(['before', 'after'])
  })

  test('leaves no half of a new thread behind', async () => {
    const [source, target] = [openMemoryStore(), plainStore()]
    await addThread(source, 'one')
    const full: ThreadStore = {
      ...target,
      persistThread: async ({ threadId }) => {
        if (threadId !== parent) return await target.persistThread({ threadId })
        throw new ThreadStoreError('RESOURCE_EXHAUSTED', 'no room', { reason: 'storage-full' })
      },
    }
    expect((await run(source, full)).outcomes).toMatchObject([
      { status: 'failed', reason: 'no room' },
    ])
    await expect(target.readThread({ threadId: parent })).rejects.toThrow('not found')
  })

  test('fails a thread whose items come back differently', async () => {
    const [source, target] = [openMemoryStore(), plainStore()]
    await addThread(source, 'one', 'two')
    const lossy: ThreadStore = {
      ...target,
      appendItems: ({ threadId, items }) =>
        target.appendItems({ threadId, items: items.slice(0, -1) }),
    }
    expect((await run(source, lossy)).totals).toMatchObject({ failed: 1 })
  })
})

describe('verify over a store without bytes', () => {
  test('tells equal, behind, different and missing apart', async () => {
    const [source, target] = [openMemoryStore(), plainStore()]
    await addThread(source, 'one')
    expect((await verify({ source, target })).totals).toMatchObject({ missing: 1 })
    await run(source, target)
    expect((await verify({ source, target })).totals).toMatchObject({ equal: 1 })
    await append(source, 'two')
    expect((await verify({ source, target })).totals).toMatchObject({ behind: 1 })
    await append(target, 'other')
    expect((await verify({ source, target })).totals).toMatchObject({ different: 1 })
  })
})
