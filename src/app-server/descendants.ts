import type { StoredThread } from '../store/records.js'
import type { ThreadId } from '../protocol/thread-id.js'
import type { ThreadStore } from '../store/thread-store.js'

const PAGE_SIZE = 1_000

/** A thread that was spawned, directly or not. */
export interface Descendant {
  readonly threadId: ThreadId
  readonly archived: boolean
}

/** Threads that a thread spawned, and those they spawned, archived or not, parents first. */
export async function descendantsOf(store: ThreadStore, threadId: ThreadId): Promise<Descendant[]> {
  const children = await spawnedThreads(store)
  const found: Descendant[] = []
  const next = [threadId]
  const seen = new Set(next)
  for (let parent = next.shift(); parent !== undefined; parent = next.shift()) {
    for (const child of children.get(parent) ?? []) {
      if (seen.has(child.threadId)) continue
      seen.add(child.threadId)
      found.push(child)
      next.push(child.threadId)
    }
  }
  return found
}

/** All threads that were spawned, by the thread that did it, in the order in which it did. */
async function spawnedThreads(store: ThreadStore): Promise<Map<ThreadId, Descendant[]>> {
  const children = new Map<ThreadId, Descendant[]>()
  for (const archived of [false, true]) {
    for await (const { threadId, parentThreadId } of threads(store, archived)) {
      if (parentThreadId === null) continue
      const child = { threadId, archived }
      const siblings = children.get(parentThreadId)
      if (siblings === undefined) children.set(parentThreadId, [child])
      else siblings.push(child)
    }
  }
  // Ids count up with time.
  for (const siblings of children.values()) {
    siblings.sort((a, b) => (a.threadId < b.threadId ? -1 : 1))
  }
  return children
}

async function* threads(store: ThreadStore, archived: boolean): AsyncIterable<StoredThread> {
  let cursor: string | null = null
  do {
    const page = await store.listThreads({
      pageSize: PAGE_SIZE,
      archived,
      cursor,
      sortDirection: 'asc',
    })
    yield* page.items
    cursor = page.nextCursor
  } while (cursor !== null)
}
