import { startPostgresServer } from '../../test/support/postgres-server.js'
import { type BenchRow, round } from '../row.js'
import type { CliRun } from '../run-cli.js'
import { type MigrationRun, runMigration } from '../run-migration.js'
import { inHome } from '../workspace.js'

/** A thread of 1 GiB must cost what its bytes cost, and no memory. */
export const oneHugeThread: BenchRow = {
  id: 'one-huge-thread',
  work: 'one thread of 1 GiB, beside the same bytes in small threads',
  goal: 'the same MB/s within 20 %, peak RSS under 200 MiB',
  bounds: [{ atLeast: 0.8 }, { of: 'peakRssMiB', atMost: 200 }],
  how: '1 GiB as 7,000 threads, then as one, each migrated into an empty PostgreSQL that waits for the disk, in processes of their own. The most memory that the process had at any moment, as the kernel counts it.',
  run: async (scale) => {
    const bytes = 2 ** 30 * scale
    const small = await migrated(7_000 * scale, bytes)
    const huge = await migrated(1, bytes)
    const rate = ({ seconds }: CliRun): number => round(bytes / 1e6 / seconds)
    const peakRssMiB = round(huge.peakRssBytes / 2 ** 20)
    return {
      figure: `${rate(huge)} MB/s, peak RSS ${peakRssMiB} MiB`,
      beside: `small threads: ${rate(small)} MB/s`,
      ratio: small.seconds / huge.seconds,
      details: {
        peakRssMiB,
        hugeSeconds: round(huge.seconds),
        smallSeconds: round(small.seconds),
        hugeCpuSeconds: round(huge.cpuSeconds),
        smallCpuSeconds: round(small.cpuSeconds),
      },
      plots: [
        {
          kind: 'rate',
          title: 'MB/s while one thread of 1 GiB is migrated',
          megabytesPerSecond: huge.rates,
        },
      ],
    }
  },
}

async function migrated(threads: number, bytes: number): Promise<MigrationRun> {
  return await inHome({ threads, bytes }, async ({ dir }) => {
    await using server = await startPostgresServer({ durable: true })
    return await runMigration(dir, server.url)
  })
}
