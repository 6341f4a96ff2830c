import { readFileSync } from 'node:fs'
import pg from 'pg'
import { chunksOf } from '../../conformance/build/chunks.js'
import { bareImport } from '../../conformance/build/imports.js'
import { printRolloutLine } from '../../src/history/rollout-line.js'
import { systemIds } from '../../src/host/ids.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ImportThreadParams } from '../../src/store/raw-history.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { openPostgresStore } from '../../src/stores/postgres/open-postgres-store.js'
import { makeManyThreads, type RunSql } from '../../test/support/many-threads.js'
import { type PostgresServer, startPostgresServer } from '../../test/support/postgres-server.js'
import { cpuSecondsOf, ownCpuSeconds } from '../cpu-seconds.js'
import { type BenchRow, type CostLine, type Measured, round } from '../row.js'

/** Calls of which the mean counts: the CPU time of a server is told in hundredths of a second. */
const REPEATED = 40
// Everything takes long: `THREADSTORE_SLOPES=everything`.
const isWhole = process.env['THREADSTORE_SLOPES'] === 'everything'
const THREADS: readonly number[] = [1_000, 10_000, ...(isWhole ? [100_000] : [])]
const ITEMS: readonly number[] = [100, 10_000, ...(isWhole ? [1_000_000] : [])]
const HOW = `CPU time of the client and the server, mean of ${REPEATED} calls on one open store, the same ones at every size. The ratio is that of the call that grows most, from the smallest size to the largest.`

/** Whether calls cost more where many threads are stored. */
export const threadsSlope: BenchRow = {
  id: 'slope-threads',
  work: `append, list, search, read, import with ${sizes(THREADS)} threads stored (PostgreSQL)`,
  goal: 'none takes more than twice the CPU time',
  bounds: [{ atMost: 2 }],
  how: HOW,
  run: async () => {
    await using server = await startPostgresServer()
    await using store = await openPostgresStore({ url: server.url })
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    const model = newThread()
    await store.importThread(model)
    const { threadId } = model.thread
    await store.listTurns({ threadId, pageSize: 1 })
    const rounds: Costs[] = []
    let stored = 1
    for (const count of THREADS) {
      const run: RunSql = async (sql) => (await client.query<Record<string, unknown>>(sql)).rows
      await client.query('DROP INDEX IF EXISTS threadstore.threads_by_text')
      await makeManyThreads(run, threadId, [stored, count])
      await client.query(searchIndex())
      // What the server puts off would be done while the calls are measured.
      await client.query('VACUUM ANALYZE')
      await client.query('CHECKPOINT')
      stored = count
      const cost = meter(server)
      rounds.push(await costsWithThreads(store, threadId, count, cost))
    }
    await client.end()
    return slopeOf(THREADS, rounds, 'threads')
  },
}

/** Whether calls about one thread cost more when it is long. */
export const itemsSlope: BenchRow = {
  id: 'slope-items',
  work: `append, list turns and items, read, resume and shut down a thread of ${sizes(ITEMS)} items (PostgreSQL)`,
  goal: 'none takes more than twice the CPU time',
  bounds: [{ atMost: 2 }],
  how: HOW,
  run: async () => {
    await using server = await startPostgresServer()
    await using store = await openPostgresStore({ url: server.url })
    const threadId = systemIds.newThreadId()
    const metadata = { cwd: '/', modelProvider: 'mock' }
    await store.createThread({ threadId, source: 'cli', metadata })
    const rounds: Costs[] = []
    let stored = 0
    for (const count of ITEMS) {
      while (stored < count) {
        const turns = Array.from({ length: Math.min(100, (count - stored) / 10) }, turn)
        await store.appendItems({ threadId, items: turns.flat() })
        stored += 10 * turns.length
      }
      await reopen(store, threadId)
      await store.listTurns({ threadId, pageSize: 1 })
      rounds.push(await costsWithItems(store, threadId, meter(server)))
    }
    return slopeOf(ITEMS, rounds, 'items')
  },
}

/** The statements of docs/scale.md that make the index. */
function searchIndex(): string {
  const page = readFileSync(new URL('../../../docs/scale.md', import.meta.url), 'utf8')
  return /```sql\n(CREATE EXTENSION IF NOT EXISTS pg_trgm;[^]*?)```/.exec(page)?.[1] ?? ''
}

function sizes(counts: readonly number[]): string {
  return counts.map((count) => count.toLocaleString('en-US')).join(', ')
}

/** Milliseconds of each call. */
type Costs = Readonly<Record<string, number>>
/** Milliseconds of CPU time that a call takes, here and in the server. */
type Meter = (call: () => Promise<unknown>) => Promise<number>

function meter({ pid }: PostgresServer): Meter {
  const cpuSeconds = async (): Promise<number> => ownCpuSeconds() + (await cpuSecondsOf(pid))
  return async (call) => {
    // The first ones plan statements and fill caches.
    for (let warm = 0; warm < 5; warm += 1) await call()
    const before = await cpuSeconds()
    for (let done = 0; done < REPEATED; done += 1) await call()
    return (1000 * ((await cpuSeconds()) - before)) / REPEATED
  }
}

async function costsWithThreads(
  store: ThreadStore,
  threadId: string,
  count: number,
  cost: Meter,
): Promise<Costs> {
  const wanted = `needle ${count / 2}.`
  await store.resumeThread({ threadId })
  const costs = {
    append: await cost(() => store.appendItems({ threadId, items: turn() })),
    list: await cost(() => store.listThreads({ pageSize: 100 })),
    search: await cost(() => store.searchThreads({ pageSize: 10, searchTerm: wanted })),
    read: await cost(() => store.readThread({ threadId, includeRollouts: true })),
    turns: await cost(() => store.listTurns({ threadId, pageSize: 10 })),
    import: await cost(() => store.importThread(newThread())),
  }
  await store.shutdownThread({ threadId })
  return costs
}

async function costsWithItems(store: ThreadStore, threadId: string, cost: Meter): Promise<Costs> {
  const page = { threadId, pageSize: 10 }
  return {
    append: await cost(() => store.appendItems({ threadId, items: turn() })),
    read: await cost(() => store.readThread({ threadId, includeRollouts: true })),
    reopen: await cost(() => reopen(store, threadId)),
    turns: await cost(() => store.listTurns({ ...page, itemsView: 'full' })),
    items: await cost(() => store.listItems(page)),
    newestItems: await cost(() => store.listItems({ ...page, sortDirection: 'desc' })),
  }
}

async function reopen(store: ThreadStore, threadId: string): Promise<void> {
  await store.shutdownThread({ threadId })
  await store.resumeThread({ threadId })
}

function slopeOf(counts: readonly number[], rounds: readonly Costs[], of: string): Measured {
  const [first = {}] = rounds
  const last = rounds.at(-1) ?? {}
  const slopes = Object.entries(last).map(([call, ms]) => ({
    call,
    slope: ms / (first[call] ?? 1),
  }))
  const worst = slopes.toSorted((a, b) => b.slope - a.slope)[0] ?? { call: '?', slope: Infinity }
  const details = rounds.flatMap((costs, index) =>
    Object.entries(costs).map(
      ([call, ms]) => [`${call}Ms at ${counts[index]}`, round(ms)] as const,
    ),
  )
  return {
    figure: `${worst.call}: ${round(last[worst.call] ?? 0)} ms at ${counts.at(-1)} ${of}`,
    beside: `${round(first[worst.call] ?? 0)} ms at ${counts[0]}`,
    ratio: worst.slope,
    details: Object.fromEntries(details),
    plots: [{ kind: 'cost', title: `Calls by ${of} stored`, of, lines: linesOf(counts, rounds) }],
  }
}

function linesOf(counts: readonly number[], rounds: readonly Costs[]): CostLine[] {
  return Object.keys(rounds[0] ?? {}).map((name) => ({
    name,
    points: rounds.map((costs, at) => [counts[at] ?? 0, round(costs[name] ?? 0)]),
  }))
}

let turns = 0

/** A turn of ten items. */
function turn(): RolloutItem[] {
  turns += 1
  const turnId = `turn-${turns}`
  const event = (type: string, fields = {}): RolloutItem => ({
    timestamp: '2026-11-22T11:59:47.737Z',
    type: 'event_msg',
    payload: { type, turn_id: turnId, ...fields },
  })
  const said = Array.from({ length: 7 }, () => event('agent_message', { message: text }))
  const asked = event('user_message', { message: 'what now?' })
  return [event('task_started'), asked, ...said, event('task_complete')]
}

const text = 'a line of some length, as an agent says it. '.repeat(4)

/** A thread of one turn, as it would be imported. */
function newThread(): ImportThreadParams {
  const threadId = systemIds.newThreadId()
  const payload = { id: threadId, timestamp: '2026-11-22T11:59:47.737Z', cwd: '/', source: 'cli' }
  const items: RolloutItem[] = [{ type: 'session_meta', payload }, ...turn()]
  const bytes = Buffer.concat(items.map((item) => printRolloutLine(item)))
  return bareImport(threadId, chunksOf(bytes), { name: 'a needle' })
}
