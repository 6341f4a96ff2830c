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
import { startPostgresServer } from '../../test/support/postgres-server.js'
import { type BenchRow, type CostLine, type Measured, round, seconds } from '../row.js'

/** Repetitions of which the median counts. */
const REPEATED = 15
const THREADS = [1_000, 10_000] as const
const ITEMS = [100, 1_000, 10_000] as const

/** Whether calls cost more where many threads are stored. */
export const threadsSlope: BenchRow = {
  id: 'slope-threads',
  work: 'append, list, search, read, import with 10,000 threads stored, beside 1,000 (PostgreSQL)',
  goal: 'none takes more than twice as long',
  bounds: [{ atMost: 2 }],
  how: 'Calls on one open store, the same ones at every size, 15 of each; medians. The ratio is that of the call that grows most.',
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
      stored = count
      rounds.push(await costsWithThreads(store, threadId, count))
    }
    await client.end()
    return slopeOf(THREADS, rounds, 'threads')
  },
}

/** Whether calls about one thread cost more when it is long. */
export const itemsSlope: BenchRow = {
  id: 'slope-items',
  work: 'append, list turns, read, resume and shut down a thread of 10,000 items, beside 100 (PostgreSQL)',
  goal: 'none takes more than twice as long',
  bounds: [{ atMost: 2 }],
  how: 'Calls on one open store, the same ones at every size, 15 of each; medians. The ratio is that of the call that grows most.',
  run: async () => {
    await using server = await startPostgresServer()
    await using store = await openPostgresStore({ url: server.url })
    const threadId = systemIds.newThreadId()
    const metadata = { cwd: '/', modelProvider: 'mock' }
    await store.createThread({ threadId, source: 'cli', metadata })
    const rounds: Costs[] = []
    let stored = 0
    for (const count of ITEMS) {
      for (; stored < count; stored += 1000) {
        const turns = Array.from({ length: Math.min(100, count / 10) }, turn).flat()
        await store.appendItems({ threadId, items: turns })
        // So that no shutdown has more to tidy than another.
        if (stored % 20_000 === 0) await reopen(store, threadId)
      }
      stored = count
      await reopen(store, threadId)
      rounds.push(await costsWithItems(store, threadId))
    }
    return slopeOf(ITEMS, rounds, 'items')
  },
}

/** The statements of docs/scale.md that make the index. */
function searchIndex(): string {
  const page = readFileSync(new URL('../../../docs/scale.md', import.meta.url), 'utf8')
  return /```sql\n(CREATE EXTENSION IF NOT EXISTS pg_trgm;[^]*?)```/.exec(page)?.[1] ?? ''
}

/** Milliseconds of each call. */
type Costs = Readonly<Record<string, number>>

async function costsWithThreads(
  store: ThreadStore,
  threadId: string,
  count: number,
): Promise<Costs> {
  const wanted = `needle ${count / 2}.`
  await store.resumeThread({ threadId })
  const costs = {
    append: await median(() => store.appendItems({ threadId, items: turn() })),
    list: await median(() => store.listThreads({ pageSize: 100 })),
    search: await median(() => store.searchThreads({ pageSize: 10, searchTerm: wanted })),
    read: await median(() => store.readThread({ threadId, includeRollouts: true })),
    turns: await median(() => store.listTurns({ threadId, pageSize: 10 })),
    import: await median(() => store.importThread(newThread())),
  }
  await store.shutdownThread({ threadId })
  return costs
}

async function costsWithItems(store: ThreadStore, threadId: string): Promise<Costs> {
  return {
    append: await median(() => store.appendItems({ threadId, items: turn() })),
    read: await median(() => store.readThread({ threadId, includeRollouts: true })),
    turns: await median(() => store.listTurns({ threadId, pageSize: 10, itemsView: 'full' })),
    reopen: await median(() => reopen(store, threadId)),
  }
}

async function reopen(store: ThreadStore, threadId: string): Promise<void> {
  await store.shutdownThread({ threadId })
  await store.resumeThread({ threadId })
}

async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let done = 0; done < REPEATED; done += 1) times.push(1000 * (await seconds(work)))
  return times.toSorted((a, b) => a - b)[REPEATED >> 1] ?? 0
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
