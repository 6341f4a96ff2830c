import type { Abortable } from '../../src/store/params.js'
import type { StoredThread } from '../../src/store/records.js'
import { compareText } from '../../src/store/thread-filter.js'
import type { ThreadStore } from '../../src/store/thread-store.js'

/** Threads asked for at once: few round trips, and a page of large records still fits in memory. */
const PAGE_SIZE = 500

/**
 * Every thread of a store, archived or not, oldest first. A store lists the two kinds apart, so a
 * thread that moves from one to the other meanwhile is given once all the same.
 */
export async function* listAllThreads(
  store: ThreadStore,
  { signal }: Abortable = {},
): AsyncGenerator<StoredThread, void, undefined> {
  const active = pages(store, false, signal)
  const archived = pages(store, true, signal)
  let lastId: string | null = null
  for await (const thread of inOrder(active, archived)) {
    if (thread.threadId !== lastId) yield thread
    lastId = thread.threadId
  }
}

/** Order in which `listAllThreads` gives threads. */
export function compareAge(a: StoredThread, b: StoredThread): number {
  return compareText(a.createdAt, b.createdAt) || compareText(a.threadId, b.threadId)
}

async function* pages(
  store: ThreadStore,
  archived: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<StoredThread, void, undefined> {
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<ThreadStore['listThreads']>> = await store.listThreads({
      pageSize: PAGE_SIZE,
      cursor,
      sortKey: 'createdAt',
      sortDirection: 'asc',
      archived,
      includeRollouts: store.supports.rawHistory,
      ...(signal && { signal }),
    })
    yield* page.items
    cursor = page.nextCursor
  } while (cursor !== null)
}

async function* inOrder(
  left: AsyncIterator<StoredThread>,
  right: AsyncIterator<StoredThread>,
): AsyncGenerator<StoredThread, void, undefined> {
  let a = await left.next()
  let b = await right.next()
  while (!a.done || !b.done) {
    if (b.done || (!a.done && compareAge(a.value, b.value) <= 0)) {
      yield a.value as StoredThread
      a = await left.next()
    } else {
      yield b.value
      b = await right.next()
    }
  }
}
