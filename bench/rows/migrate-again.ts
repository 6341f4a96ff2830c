import { startPostgresServer } from '../../test/support/postgres-server.js'
import { type BenchRow, round } from '../row.js'
import { runCli } from '../run-cli.js'
import { inHome } from '../workspace.js'

const THREADS = 10_000

/** A run that has nothing to do. */
export const migrateAgain: BenchRow = {
  id: 'migrate-again',
  work: 're-run with nothing to do, 10,000 threads, beside the first run',
  goal: 'under 2 % of its time',
  bounds: [{ atMost: 0.02 }],
  how: '`threadstore migrate` of 10,000 threads (1.45 GB) into a PostgreSQL that waits for the disk, then the same command again, each a process of its own from its start to its end.',
  run: (scale) =>
    inHome({ threads: THREADS * scale }, async ({ dir, bytes, threads }) => {
      await using server = await startPostgresServer({ durable: true })
      const first = await runCli(['migrate', dir, server.url])
      const again = await runCli(['migrate', dir, server.url])
      return {
        figure: `${round(again.seconds)} s`,
        beside: `first run: ${round(first.seconds)} s`,
        ratio: again.seconds / first.seconds,
        details: {
          megabytes: round(bytes / 1e6),
          threadsPerSecond: round(threads / first.seconds),
          peakRssMiB: round(Math.max(first.peakRssBytes, again.peakRssBytes) / 2 ** 20),
        },
      }
    }),
}
