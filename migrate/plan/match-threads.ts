import type { Abortable } from '../../src/store/params.js'
import type { StoredThread } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { compareAge, listAllThreads } from './list-all-threads.js'
import { isRunLog } from '../runs/run-log.js'

/** A thread as the two stores list it; at least one of them does. */
export interface ThreadPair {
  readonly source: StoredThread | null
  readonly target: StoredThread | null
}

/**
 * Goes through two stores side by side, oldest thread first, holding a page of each. A thread whose
 * `createdAt` differs between the two comes as two halves: `findThread` tells.
 */
export async function* matchThreads(
  source: ThreadStore,
  target: ThreadStore,
  options: Abortable = {},
): AsyncGenerator<ThreadPair, void, undefined> {
  const left = migratable(listAllThreads(source, options))
  const right = migratable(listAllThreads(target, options))
  let a = await left.next()
  let b = await right.next()
  while (!a.done || !b.done) {
    const order = a.done ? 1 : b.done ? -1 : compareAge(a.value, b.value)
    const fromSource: StoredThread | null = !a.done && order <= 0 ? a.value : null
    const fromTarget: StoredThread | null = !b.done && order >= 0 ? b.value : null
    yield { source: fromSource, target: fromTarget }
    if (fromSource !== null) a = await left.next()
    if (fromTarget !== null) b = await right.next()
  }
}

/** The logs of earlier runs belong to the store they are in. */
async function* migratable(
  threads: AsyncIterable<StoredThread>,
): AsyncGenerator<StoredThread, void, undefined> {
  for await (const thread of threads) if (!isRunLog(thread)) yield thread
}
