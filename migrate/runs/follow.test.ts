import { expect, test } from 'vitest'
import { systemIds } from '../../src/host/ids.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import { follow, type Stand } from './follow.js'
import { listRuns } from './list-runs.js'

const ID = '019a0000-0000-7000-8000-000000000001'
const metadata = { cwd: '/p', modelProvider: 'p', memoryMode: 'enabled' } as const

async function say(store: ThreadStore, message: string): Promise<void> {
  const payload = { type: 'user_message', message }
  await store.appendItems({ threadId: ID, items: [{ type: 'event_msg', payload }] })
}

/** Follows while things happen in the source, one after each look. */
async function stands(
  source: ThreadStore,
  target: ThreadStore,
  happenings: readonly (() => Promise<void>)[],
): Promise<Stand[]> {
  const queue = [...happenings]
  const stop = new AbortController()
  const told: Stand[] = []
  let now = 0
  const { stopped } = await follow({
    source,
    target,
    ids: systemIds,
    clock: {
      now: () => now,
      sleep: async (ms) => {
        now += ms
        const happening = queue.shift()
        if (happening === undefined) stop.abort()
        else await happening()
      },
    },
    quietMs: 2_000,
    signal: stop.signal,
    onStand: (stand) => told.push(stand),
  })
  expect(stopped).toBe(null)
  return told
}

const nothing = async (): Promise<void> => {}

test('what is appended arrives, and a cutover is safe once nobody writes for a while', async () => {
  await using source = openMemoryStore()
  await using target = openMemoryStore()
  await source.createThread({ threadId: ID, source: 'cli', metadata })
  const told = await stands(source, target, [
    () => say(source, 'more'),
    () => source.shutdownThread({ threadId: ID }),
    nothing,
    nothing,
  ])
  expect(told.map(({ busy, cutoverIsSafe }) => [busy.length, cutoverIsSafe])).toEqual([
    [1, false],
    [1, false],
    [0, false],
    [0, false],
    [0, true],
  ])
  expect(told[1]).toMatchObject({ threadsMoved: 1, busy: [ID] })
  const [here, there] = [await source.loadHistory({ threadId: ID }), target]
  expect((await there.loadHistory({ threadId: ID })).items).toEqual(here.items)
})

test('all of it is one run, whatever is appended', async () => {
  await using source = openMemoryStore()
  await using target = openMemoryStore()
  await source.createThread({ threadId: ID, source: 'cli', metadata })
  await stands(source, target, [
    () => say(source, 'one'),
    () => say(source, 'two'),
    () => source.shutdownThread({ threadId: ID }),
  ])
  const runs = []
  for await (const run of listRuns(target)) runs.push(run)
  expect(runs).toMatchObject([{ state: 'finished', left: 0 }])
})

test('a thread that went different ways keeps a cutover from being safe', async () => {
  await using source = openMemoryStore()
  await using target = openMemoryStore()
  for (const [store, text] of [
    [source, 'here'],
    [target, 'there'],
  ] as const) {
    await store.createThread({ threadId: ID, source: 'cli', metadata })
    await say(store, text)
    await store.shutdownThread({ threadId: ID })
  }
  const told = await stands(source, target, [nothing, nothing, nothing])
  expect(told.at(-1)).toMatchObject({ open: [ID], cutoverIsSafe: false })
})

test('a thread that is let go of once it is copied is open until it was looked at again', async () => {
  await using source = openMemoryStore()
  await using behind = openMemoryStore()
  await source.createThread({ threadId: ID, source: 'cli', metadata })
  await say(source, 'one')
  const target: ThreadStore = {
    ...behind,
    importThread: async (params) => {
      const receipt = await behind.importThread(params)
      if (await isOpen(source)) {
        await say(source, 'the last word')
        await source.shutdownThread({ threadId: ID })
      }
      return receipt
    },
  }
  const told = await stands(source, target, [nothing])
  expect(told.map(({ busy, threadsMoved }) => [busy.length, threadsMoved])).toEqual([
    [1, 1],
    [0, 1],
  ])
})

async function isOpen(store: ThreadStore): Promise<boolean> {
  return (await store.exportThread({ threadId: ID })).live
}
