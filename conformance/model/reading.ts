import { createHash } from 'node:crypto'
import { foldTurns } from '../../src/history/fold-turns.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ListThreadsParams } from '../../src/store/params.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { compareThreads, matchesThreadQuery, threadQuery } from '../../src/store/thread-filter.js'
import { bytesOf } from '../build/chunks.js'
import { equal } from '../expect.js'
import { listed, withoutMeta } from '../observe.js'
import type { Step } from './steps.js'
import { type ModelThread, type World, attempt, handleOf, unseen } from './world.js'
import { comparable } from './writing.js'

/** Items without what the store may choose: ordinals, and when it writes a session_meta. */
function bare(items: readonly RolloutItem[]): unknown[] {
  return withoutMeta(items).map(({ ordinal: _ordinal, ...item }) => item)
}

function bareEntries({ entries }: ModelThread): unknown[] {
  return entries.flatMap(({ item }) => (item === null ? [] : [item]))
}

function hold(world: World, value: unknown): void {
  world.held.push({ value, copy: structuredClone(value) })
}

export async function load(world: World, { slot, on, flag }: Step): Promise<void> {
  const store = await handleOf(world, on)
  const thread = world.threads[slot] ?? null
  const params = { threadId: world.ids[slot] ?? '', includeArchived: flag }
  const done = await attempt(unseen(thread, flag), () => store.loadHistory(params))
  if (done === null || thread === null) return
  hold(world, done.value)
  equal(bare(done.value.items), bareEntries(thread))
}

export async function read(world: World, { slot, on, flag }: Step): Promise<void> {
  const store = await handleOf(world, on)
  const thread = world.threads[slot] ?? null
  const params = { threadId: world.ids[slot] ?? '', includeArchived: flag, includeHistory: true }
  const done = await attempt(unseen(thread, flag), () => store.readThread(params))
  if (done === null || thread === null) return
  hold(world, done.value)
  equal(comparable(done.value), thread.record)
  equal(bare(done.value.history?.items ?? []), bareEntries(thread))
}

export async function list(world: World, { on, flag, n, query }: Step): Promise<void> {
  const store = await handleOf(world, on)
  const params: ListThreadsParams = {
    pageSize: 1 + (n % 3),
    ...(n % 2 === 0 && query),
    archived: flag,
  }
  equal((await listed(store, params)).map(comparable), matching(world, params))
}

export async function search(world: World, { on, flag, n }: Step): Promise<void> {
  const store = await handleOf(world, on)
  const known = world.threads[n % world.threads.length]?.record.name ?? ''
  const searchTerm = known === '' ? 'n' : known.slice(0, 3)
  const params = { pageSize: 100, archived: flag, searchTerm }
  const found = (await store.searchThreads(params)).items.map(({ thread }) => comparable(thread))
  equal(found, matching(world, params))
}

function matching(world: World, params: ListThreadsParams): unknown[] {
  const query = threadQuery(params)
  const records = world.threads.flatMap((thread) => (thread === null ? [] : [thread.record]))
  return records
    .filter((record) => matchesThreadQuery(record, query))
    .toSorted((a, b) => compareThreads(a, b, query))
}

const views = ['notLoaded', 'summary', 'full'] as const

/** Turns and items are the history folded; that the history is right is `load`’s to say. */
export async function turns(world: World, step: Step): Promise<void> {
  const { deed, slot, on, flag, n } = step
  const store = await handleOf(world, on)
  const thread = world.threads[slot] ?? null
  const params = { threadId: world.ids[slot] ?? '', includeArchived: flag }
  const itemsView = views[n % 3] ?? 'full'
  const sortDirection = n % 2 === 0 ? 'desc' : 'asc'
  const page = { ...params, pageSize: 1 + (n % 7), sortDirection } as const
  const done = await attempt(unseen(thread, flag), () =>
    deed === 'items'
      ? paged((cursor) =>
          store
            .listItems({ ...page, cursor })
            .then(({ items, nextCursor }) => ({ entries: items, nextCursor })),
        )
      : paged((cursor) =>
          store
            .listTurns({ ...page, itemsView, cursor })
            .then(({ turns: entries, nextCursor }) => ({ entries, nextCursor })),
        ),
  )
  if (done === null) return
  const { items } = await store.loadHistory(params)
  const folded =
    deed === 'items'
      ? foldTurns(items, 'full').flatMap((turn): unknown[] => [...turn.items])
      : foldTurns(items, itemsView)
  equal(done.value, sortDirection === 'asc' ? folded : folded.toReversed())
}

interface AnyPage {
  readonly entries: readonly unknown[]
  readonly nextCursor: string | null
}

const pagesMax = 1_000

/** What all pages hold. */
async function paged(next: (cursor: string | null) => Promise<AnyPage>): Promise<unknown[]> {
  const all: unknown[] = []
  let cursor: string | null = null
  for (let page = 0; page === 0 || cursor !== null; page += 1) {
    const { entries, nextCursor } = await next(cursor)
    all.push(...entries)
    cursor = nextCursor
    if (page === pagesMax) throw new RangeError('the pages do not end')
  }
  return all
}

/** What is stored has the digest the store says it has. */
export async function digest(world: World, { slot, on }: Step): Promise<void> {
  const store = await handleOf(world, on)
  const thread = world.threads[slot] ?? null
  const params = { threadId: world.ids[slot] ?? '' }
  const done = await attempt(unseen(thread, true), () => store.historyDigest(params))
  if (done === null || thread === null) return
  const exported = await store.exportThread(params)
  equal(comparable(exported.thread), thread.record)
  const own = await Promise.all(
    exported.rollouts.map(async (rollout) => ({
      rolloutId: rollout.rolloutId,
      sha256: sha256(await bytesOf(rollout.read())),
    })),
  )
  equal(
    done.value.rollouts.map(({ rolloutId, sha256: stored }) => ({ rolloutId, sha256: stored })),
    own,
  )
  equal(own.length, thread.rollouts.length, 'a thread has as many rollouts as it was given')
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Closes every handle, as at the end of a process that was not killed. */
export async function reopen(world: World): Promise<void> {
  const opened: ThreadStore = await world.context.reopen()
  world.handles = [opened]
  for (const thread of world.threads) if (thread !== null) thread.writer = null
}

/** Everything that can be seen of every thread is what the model says. */
export async function readEverything(world: World): Promise<void> {
  const { supports } = world.context
  const look = { deed: 'read', on: 0, flag: true, n: 1, patch: {}, items: [], query: {} } as const
  for (const [slot, thread] of world.threads.entries()) {
    // What a writer has not flushed is its own handle’s to show.
    const here = { ...look, slot, on: thread?.writer ?? 0 }
    await read(world, here)
    if (supports.turns) await turns(world, { ...here, deed: 'turns' })
    if (supports.items) await turns(world, { ...here, deed: 'items' })
    if (supports.rawHistory) await digest(world, here)
  }
  for (const flag of [true, false]) {
    await list(world, { ...look, slot: 0, flag })
    if (supports.search) await search(world, { ...look, slot: 0, flag })
  }
  for (const { value, copy } of world.held) equal(value, copy, 'what was read holds still')
}
