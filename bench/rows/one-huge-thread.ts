import { startPostgresServer } from '../../test/support/postgres-server.js'
import { type BenchRow, round } from '../row.js'
import { type CliRun, runCli } from '../run-cli.js'
import { inHome } from '../workspace.js'

/** A thread of 1 GiB must cost what its bytes cost, and no memory. */
export const oneHugeThread: BenchRow = {
  id: 'one-huge-thread',
  work: 'one thread of 1 GiB, beside the same bytes in small threads',
  goal: 'the same MB/s within 20 %, peak RSS under 200 MiB',
  reached: (ratio) => ratio >= 0.8,
  run: async () => {
    const small = await migrated(7_000)
    const huge = await migrated(1)
    return {
      figure: `${round(1_074 / huge.seconds)} MB/s, peak RSS ${round(huge.peakRssBytes / 2 ** 20)} MiB`,
      beside: `small threads: ${round(1_074 / small.seconds)} MB/s`,
      ratio: small.seconds / huge.seconds,
      details: { hugeSeconds: round(huge.seconds), smallSeconds: round(small.seconds) },
    }
  },
}

async function migrated(threads: number): Promise<CliRun> {
  return await inHome({ threads, bytes: 2 ** 30 }, async ({ dir }) => {
    await using server = await startPostgresServer({ durable: true })
    return await runCli(['migrate', dir, server.url])
  })
}
