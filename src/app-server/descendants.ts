import type { ThreadId } from '../protocol/thread-id.js'
import type { ThreadStore } from '../store/thread-store.js'

const PAGE_SIZE = 1_000

/** A thread that was spawned, directly or not. */
interface Descendant {
  readonly threadId: ThreadId
  readonly archived: boolean
}

/**
 * Threads that a thread spawned, and those they spawned, archived or not, parents first, and each
 * one's in the order in which it spawned them.
 */
export async function descendantsOf(store: ThreadStore, threadId: ThreadId): Promise<Descendant[]> {
  const found: Descendant[] = []
  const next = [threadId]
  const seen = new Set(next)
  for (let parent = next.shift(); parent !== undefined; parent = next.shift()) {
    for (const child of await spawnedBy(store, parent)) {
      if (seen.has(child.threadId)) continue
      seen.add(child.threadId)
      found.push(child)
      next.push(child.threadId)
    }
  }
  return found
}

async function spawnedBy(store: ThreadStore, parentThreadId: ThreadId): Promise<Descendant[]> {
  const children: Descendant[] = []
  for (const archived of [false, true]) {
    let cursor: string | null = null
    do {
      const page = await store.listThreads({
        parentThreadId,
        archived,
        pageSize: PAGE_SIZE,
        cursor,
      })
      children.push(...page.items.map(({ threadId }) => ({ threadId, archived })))
      cursor = page.nextCursor
    } while (cursor !== null)
  }
  // Ids count up with time.
  return children.toSorted((a, b) => (a.threadId < b.threadId ? -1 : 1))
}
