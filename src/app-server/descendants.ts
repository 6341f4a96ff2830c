import type { ThreadId } from '../protocol/thread-id.js'
import type { ThreadStore } from '../store/thread-store.js'

const PAGE_SIZE = 1_000

/** Threads that a thread spawned, and those they spawned, parents before children. */
export async function descendantsOf(
  store: ThreadStore,
  threadId: ThreadId,
  archived: readonly boolean[],
): Promise<ThreadId[]> {
  const children = new Map<ThreadId, ThreadId[]>()
  for (const which of archived) await collectChildren(store, which, children)
  const found: ThreadId[] = []
  const next = [threadId]
  const seen = new Set(next)
  for (let parent = next.shift(); parent !== undefined; parent = next.shift()) {
    for (const child of children.get(parent) ?? []) {
      if (seen.has(child)) continue
      seen.add(child)
      found.push(child)
      next.push(child)
    }
  }
  return found
}

async function collectChildren(
  store: ThreadStore,
  archived: boolean,
  children: Map<ThreadId, ThreadId[]>,
): Promise<void> {
  let cursor: string | null = null
  do {
    const page = await store.listThreads({
      pageSize: PAGE_SIZE,
      archived,
      cursor,
      sortDirection: 'asc',
    })
    for (const { threadId, parentThreadId } of page.items) {
      if (parentThreadId === null) continue
      const siblings = children.get(parentThreadId)
      if (siblings === undefined) children.set(parentThreadId, [threadId])
      else siblings.push(threadId)
    }
    cursor = page.nextCursor
  } while (cursor !== null)
}
