import { openHttpStore } from '../../src/stores/http/open-http-store.js'
import { openPostgresStore } from '../../src/stores/postgres/open-postgres-store.js'
import { startPostgresServer } from '../../test/support/postgres-server.js'
import { type LoadResult, appendLoad, percentile, problemsAfter } from '../load/append-load.js'
import { serveStore } from '../load/served-store.js'
import { type BenchRow, type Measured, round } from '../row.js'
import { cli } from '../run-cli.js'

const THREADS = 200
const DURATION_MS = 60_000
const KILL_EVERY_MS = 12_000

/** Many live threads over a server that is killed again and again, beside the store behind it. */
export const httpLoad: BenchRow = {
  id: 'http-load',
  work: `${THREADS} live threads append over HTTP for 60 s, the server killed now and then, beside the store behind it`,
  goal: 'every acknowledged item once and in order',
  bounds: [{ of: 'wrong', atMost: 0 }],
  how: '200 threads append one item after the other through `threadstore serve`, which is killed and started again every 12 s; then every thread is read back. The store behind it has the same load before, a quarter as long.',
  run: async (scale) => {
    const durationMs = DURATION_MS * scale

    await using database = await startPostgresServer({ durable: true })
    await using store = await openPostgresStore({ url: database.url })
    const behind = await appendLoad(store, { threads: THREADS, durationMs: durationMs / 4 })
    await using served = await serveStore(cli, database.url)
    await using client = await openHttpStore({ url: served.url, connectionsMax: 64 })
    const over = await appendLoad(client, {
      threads: THREADS,
      durationMs,
      disturb: { everyMs: KILL_EVERY_MS * scale, work: () => served.killAndRestart() },
    })
    const problems = [
      ...(await problemsAfter(store, behind)),
      ...(await problemsAfter(store, over)),
    ]
    return measuredOf(behind, over, problems)
  },
}

function measuredOf(behind: LoadResult, over: LoadResult, problems: readonly string[]): Measured {
  const [direct, http] = [rateOf(behind), rateOf(over)]
  const { latenciesMs, failures, disturbances } = over
  return {
    figure: `${round(http)} appends/s, p50 ${at(latenciesMs, 50)}, p95 ${at(latenciesMs, 95)}, p99 ${at(latenciesMs, 99)}`,
    beside: `store behind: ${round(direct)} appends/s, p50 ${at(behind.latenciesMs, 50)}, p99 ${at(behind.latenciesMs, 99)}`,
    // A single item lost, doubled or out of order is a failure, whatever the rate.
    ratio: problems.length > 0 ? 0 : http / direct,
    details: {
      threads: over.acknowledged.size,
      acknowledged: latenciesMs.length,
      kills: disturbances,
      wrong: problems.length,
      problems: problems.slice(0, 5).join('; '),
      maxMs: round(latenciesMs.at(-1) ?? 0),
      ...Object.fromEntries(Object.entries(failures).map(([code, n]) => [`failed ${code}`, n])),
    },
  }
}

function rateOf({ latenciesMs, seconds }: LoadResult): number {
  return latenciesMs.length / seconds
}

function at(latenciesMs: readonly number[], percent: number): string {
  return `${round(percentile(latenciesMs, percent))} ms`
}
