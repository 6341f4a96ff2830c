import type { RolloutItem } from '../src/protocol/rollout-item.js'
import type { ThreadId } from '../src/protocol/thread-id.js'
import type { ListThreadsParams } from '../src/store/params.js'
import type { StoredThread } from '../src/store/records.js'
import type { ThreadStore } from '../src/store/thread-store.js'
import { outcomeOf } from './expect.js'
import { derived } from './origin.js'

/** Everything that can be seen of some threads, to be compared before and after. */
export async function observe(
  store: ThreadStore,
  ...threadIds: readonly ThreadId[]
): Promise<unknown> {
  const threads: unknown[] = []
  for (const threadId of threadIds) {
    const read = { threadId, includeArchived: true, includeHistory: true }
    threads.push(await outcomeOf(store.readThread(read)))
    if (store.supports.rawHistory) {
      threads.push(await outcomeOf(store.historyDigest({ threadId })))
    }
  }
  return {
    threads,
    active: await listedIds(store),
    archived: await listedIds(store, { archived: true }),
  }
}

/** An observer of some threads, as `rejects` wants it. */
export function observing(
  store: ThreadStore,
  ...threadIds: readonly ThreadId[]
): () => Promise<unknown> {
  return () => observe(store, ...threadIds)
}

/** The record of a thread, archived or not. */
export function recordOf(store: ThreadStore, threadId: ThreadId): Promise<StoredThread> {
  return store.readThread({ threadId, includeArchived: true })
}

/** A record without its times and its path, which differ from run to run. */
export function withoutTimes({
  createdAt: _created,
  updatedAt: _updated,
  rolloutPath: _path,
  ...rest
}: StoredThread): Omit<StoredThread, 'createdAt' | 'updatedAt' | 'rolloutPath'> {
  return rest
}

/** The items of a thread, archived or not. */
export async function itemsOf(
  store: ThreadStore,
  threadId: ThreadId,
): Promise<readonly RolloutItem[]> {
  return (await store.loadHistory({ threadId, includeArchived: true })).items
}

/** The items of a thread without those that stores write themselves. */
export async function conversationOf(
  store: ThreadStore,
  threadId: ThreadId,
): Promise<readonly RolloutItem[]> {
  const items = await itemsOf(store, threadId)
  const expression = ".filter(({ type }) => type !== 'session_meta')"
  return derived(withoutMeta(items), items, expression)
}

/** Items without `session_meta`, which a store may add. */
export function withoutMeta(items: readonly RolloutItem[]): RolloutItem[] {
  return items.filter(({ type }) => type !== 'session_meta')
}

/** Ids of a whole list, page by page. */
export async function listedIds(
  store: ThreadStore,
  params: Partial<ListThreadsParams> = {},
): Promise<ThreadId[]> {
  const threads = await listed(store, params)
  const ids = threads.map(({ threadId }) => threadId)
  return derived(ids, threads, '.map(({ threadId }) => threadId)')
}

/** A whole list, page by page. */
export async function listed(
  store: ThreadStore,
  params: Partial<ListThreadsParams> = {},
): Promise<StoredThread[]> {
  const threads: StoredThread[] = []
  let cursor: string | null = null
  do {
    const page = await store.listThreads({ pageSize: 100, ...params, cursor })
    threads.push(...page.items)
    cursor = page.nextCursor
    // A store that hands out the same page for ever fails here instead of hanging.
    if (threads.length > 10_000) throw new RangeError('the list does not end')
    if (cursor === null && threads.length === page.items.length) derived(threads, page, '.items')
  } while (cursor !== null)
  return threads
}
