import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { openLocalStore } from '../../src/stores/local/open-local-store.js'
import { startPostgresServer } from '../../test/support/postgres-server.js'
import { type BenchRow, type Measured, round, seconds } from '../row.js'
import { runCli } from '../run-cli.js'
import { runMigration } from '../run-migration.js'
import { inFolder, inHome } from '../workspace.js'

/** The main job, beside the plainest way to get the same lines into the same server. */
export const migrateToPostgres: BenchRow = {
  id: 'migrate',
  work: 'migrate a home of 2,000 threads / 290 MB to PostgreSQL, proven, beside COPY of its lines',
  goal: 'at least 3 times the MB/s, peak RSS under 200 MiB',
  bounds: [{ atLeast: 3 }, { of: 'peakRssMiB', atMost: 200 }],
  how: '`threadstore migrate` as a process of its own, from its start to its end, beside `COPY … FROM STDIN` of a file that is ready, one row a line, into the same server, which waits for the disk.',
  run: (scale) =>
    inHome({ threads: 2_000 * scale, bytes: 290e6 * scale }, ({ dir, threads }) =>
      measure(dir, threads),
    ),
}

async function measure(home: string, threads: number): Promise<Measured> {
  await using server = await startPostgresServer({ durable: true })
  const lines = await inFolder((folder) => copyLines(home, server.url, folder))
  const run = await runMigration(home, server.url)
  const again = await runCli(['migrate', home, server.url])
  const megabytes = lines.bytes / 1e6
  const copySpeed = megabytes / lines.seconds
  const speed = megabytes / run.seconds
  return {
    figure: `${round(speed)} MB/s, peak RSS ${round(run.peakRssBytes / 2 ** 20)} MiB`,
    beside: `COPY: ${round(copySpeed)} MB/s`,
    ratio: speed / copySpeed,
    details: {
      megabytes: round(megabytes),
      seconds: round(run.seconds),
      copySeconds: round(lines.seconds),
      againSeconds: round(again.seconds),
      threadsPerSecond: round(threads / run.seconds),
      cpuSeconds: round(run.cpuSeconds),
      peakRssMiB: round(run.peakRssBytes / 2 ** 20),
    },
    plots: [
      {
        kind: 'rate',
        title: 'MB/s while 2,000 threads are migrated',
        megabytesPerSecond: run.rates,
      },
    ],
  }
}

/** COPY from a file that is ready, one row a line, as psql would do it. */
async function copyLines(
  home: string,
  url: string,
  folder: string,
): Promise<{ readonly bytes: number; readonly seconds: number }> {
  const ready = join(folder, 'lines.copy')
  const bytes = await writeCopyFile(home, ready)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('CREATE TABLE lines (line text)')
    const took = await seconds(async () => {
      const source = createReadStream(ready, { highWaterMark: 1 << 20 })
      await pipeline(source, client.query(copyFrom('COPY lines FROM STDIN')))
    })
    await client.query('DROP TABLE lines')
    // What COPY left for the checkpointer to write must not be charged to the next one.
    await client.query('CHECKPOINT')
    return { bytes, seconds: took }
  } finally {
    await client.end()
  }
}

/** The lines of every rollout, escaped for COPY; the bytes of the rollouts themselves. */
async function writeCopyFile(home: string, path: string): Promise<number> {
  let bytes = 0
  await using store = await openLocalStore({ home, readOnly: true })
  async function* escaped(): AsyncGenerator<Buffer, void, undefined> {
    for (const archived of [false, true]) {
      let cursor: string | null = null
      do {
        const page = await store.listThreads({ pageSize: 500, archived, cursor })
        for (const { threadId } of page.items) {
          const { rollouts } = await store.exportThread({ threadId })
          for (const rollout of rollouts) {
            bytes += rollout.byteCount
            for await (const chunk of rollout.read()) {
              const text = Buffer.from(chunk).toString('latin1').replaceAll('\\', '\\\\')
              yield Buffer.from(text, 'latin1')
            }
          }
        }
        cursor = page.nextCursor
      } while (cursor !== null)
    }
  }
  await pipeline(escaped(), createWriteStream(path))
  return bytes
}
