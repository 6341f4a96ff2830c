import { setTimeout as pause } from 'node:timers/promises'
import { systemIds } from '../../src/host/ids.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { ThreadStore } from '../../src/store/thread-store.js'

/** How hard a store is pressed. */
interface LoadOptions {
  /** Threads that are live at once, each appending one item after the other. */
  readonly threads: number
  readonly durationMs: number
  /** What happens to the store meanwhile, as often as this. */
  readonly disturb?: { readonly everyMs: number; readonly work: () => Promise<void> }
}

/** What came of a load. */
export interface LoadResult {
  /** The numbers of the items that were acknowledged, in order, by thread. */
  readonly acknowledged: ReadonlyMap<string, readonly number[]>
  /** Numbers of items of which it is not known whether they are there, by thread. */
  readonly unknown: ReadonlyMap<string, ReadonlySet<number>>
  readonly disturbances: number
  /** Appends that failed, by code. */
  readonly failures: Readonly<Record<string, number>>
  readonly seconds: number
  /** Of every acknowledged append, sorted. */
  readonly latenciesMs: readonly number[]
}

interface Load {
  readonly store: ThreadStore
  readonly until: number
  readonly failures: Record<string, number>
  readonly latenciesMs: number[]
}

/** Appends to many threads at once for a while. Items carry numbers that grow within their thread. */
export async function appendLoad(store: ThreadStore, options: LoadOptions): Promise<LoadResult> {
  const threadIds = Array.from({ length: options.threads }, () => systemIds.newThreadId())
  for (const threadId of threadIds) {
    await store.createThread({
      threadId,
      source: 'cli',
      metadata: { cwd: '/', modelProvider: 'mock' },
    })
  }
  const started = performance.now()
  const until = started + options.durationMs
  const load: Load = { store, until, failures: {}, latenciesMs: [] }
  const disturbing = disturb(options, until)
  const written = await Promise.all(threadIds.map((threadId) => writeThread(load, threadId)))
  const seconds = (performance.now() - started) / 1000
  const disturbances = await disturbing
  for (const threadId of threadIds) await store.shutdownThread({ threadId }).catch(() => {})
  return {
    acknowledged: new Map(threadIds.map((id, at) => [id, written[at]?.acknowledged ?? []])),
    unknown: new Map(threadIds.map((id, at) => [id, written[at]?.unknown ?? new Set()])),
    disturbances,
    failures: load.failures,
    seconds,
    latenciesMs: load.latenciesMs.toSorted((a, b) => a - b),
  }
}

async function disturb({ disturb: disturbance }: LoadOptions, until: number): Promise<number> {
  if (disturbance === undefined) return 0
  let count = 0
  for (;;) {
    await pause(disturbance.everyMs)
    if (performance.now() + disturbance.everyMs / 2 > until) return count
    await disturbance.work()
    count += 1
  }
}

interface Written {
  readonly acknowledged: number[]
  readonly unknown: Set<number>
}

async function writeThread(load: Load, threadId: string): Promise<Written> {
  const written: Written = { acknowledged: [], unknown: new Set() }
  for (let n = 0; performance.now() < load.until; n += 1) {
    const began = performance.now()
    try {
      await load.store.appendItems({ threadId, items: [numbered(n)] })
      load.latenciesMs.push(performance.now() - began)
      written.acknowledged.push(n)
    } catch (reason) {
      const code = ThreadStoreError.is(reason) ? reason.code : 'foreign'
      load.failures[code] = (load.failures[code] ?? 0) + 1
      // Only this one may have happened all the same; every other failure has changed nothing.
      if (code === 'OUTCOME_UNKNOWN') written.unknown.add(n)
      if (code === 'CONFLICT') await load.store.resumeThread({ threadId }).catch(() => {})
    }
  }
  return written
}

function numbered(n: number): { type: string; payload: { type: string; message: string } } {
  return { type: 'event_msg', payload: { type: 'agent_message', message: String(n) } }
}

/** What is wrong with what is stored after a load: nothing, when every acknowledged item is there once and in order. */
export async function problemsAfter(store: ThreadStore, load: LoadResult): Promise<string[]> {
  const problems: string[] = []
  for (const [threadId, acknowledged] of load.acknowledged) {
    const stored = await storedNumbers(store, threadId)
    const unknown = load.unknown.get(threadId) ?? new Set()
    const expected = new Set([...acknowledged, ...stored.filter((n) => unknown.has(n))])
    const inOrder = [...expected].toSorted((a, b) => a - b)
    if (JSON.stringify(stored) !== JSON.stringify(inOrder)) {
      const missing = inOrder.filter((n) => !stored.includes(n))
      const extra = stored.filter((n, at) => !expected.has(n) || stored.indexOf(n) !== at)
      problems.push(`${threadId}: missing ${missing.join(' ')}; too many ${extra.join(' ')}`)
    }
  }
  return problems
}

async function storedNumbers(store: ThreadStore, threadId: string): Promise<number[]> {
  const { items } = await store.loadHistory({ threadId })
  return items
    .filter(({ type }) => type === 'event_msg')
    .map(({ payload }) => Number((payload as { message: string }).message))
}

/** A percentile of sorted figures. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0
}
