import type { ThreadStore } from '../../src/store/thread-store.js'
import { openLocalStore } from '../../src/stores/local/open-local-store.js'
import { openHttpStore } from '../../src/stores/http/open-http-store.js'
import { openPostgresStore } from '../../src/stores/postgres/open-postgres-store.js'
import { startPostgresServer } from '../../test/support/postgres-server.js'
import { serveStore } from '../load/served-store.js'
import { type BenchRow, round, seconds } from '../row.js'
import { cli } from '../run-cli.js'
import { inHome } from '../workspace.js'

const THREADS = 400
const AT_ONCE = 8
const ROUNDS = 3

/** Imports and reads over HTTP, beside the same calls on the store behind it. */
export const httpStore: BenchRow = {
  id: 'http',
  work: `import and read ${THREADS} threads over HTTP, beside the store behind it (PostgreSQL)`,
  goal: 'at least 70 % of its throughput',
  bounds: [{ atLeast: 0.7 }],
  how: '`threadstore serve` in a process of its own and the store behind it, in turns, three rounds, 8 calls at once: each thread is imported, then read with its history. The ratio is the worse of the two.',
  run: (scale) =>
    inHome({ threads: THREADS * scale }, async ({ dir, bytes }) => {
      await using home = await openLocalStore({ home: dir, readOnly: true })
      await using database = await startPostgresServer({ durable: true })
      const times = { direct: [0, 0], http: [0, 0] }
      // In turns, so that a machine that slows down slows both; each round into its own namespaces.
      for (let turn = 0; turn < ROUNDS; turn += 1) {
        const url = (namespace: string): string => `${database.url}?namespace=${namespace}_${turn}`
        await using direct = await openPostgresStore({ url: url('direct') })
        await using served = await serveStore(cli, url('http'))
        await using http = await openHttpStore({ url: served.url })
        for (const [store, spent] of [
          [direct, times.direct] as const,
          [http, times.http] as const,
        ]) {
          const [importing, reading] = await measure(home, store)
          spent[0] = (spent[0] ?? 0) + importing
          spent[1] = (spent[1] ?? 0) + reading
        }
      }
      const ratios = [0, 1].map((at) => (times.direct[at] ?? 0) / (times.http[at] ?? 1))
      const speed = (spent: readonly number[], at: number): string =>
        `${round((ROUNDS * bytes) / 1e6 / (spent[at] ?? 1))} MB/s`
      return {
        figure: `import ${speed(times.http, 0)}, read ${speed(times.http, 1)}`,
        beside: `import ${speed(times.direct, 0)}, read ${speed(times.direct, 1)}`,
        ratio: Math.min(...ratios),
        details: { importRatio: round(ratios[0] ?? 0), readRatio: round(ratios[1] ?? 0) },
      }
    }),
}

async function measure(home: ThreadStore, store: ThreadStore): Promise<[number, number]> {
  const { items } = await home.listThreads({ pageSize: THREADS })
  const ids = items.map(({ threadId }) => threadId)
  const importing = await seconds(() => eachOf(ids, (threadId) => copy(home, store, threadId)))
  const reading = await seconds(() =>
    eachOf(ids, (threadId) => store.readThread({ threadId, includeHistory: true })),
  )
  return [importing, reading]
}

async function copy(from: ThreadStore, to: ThreadStore, threadId: string): Promise<void> {
  const { thread, rollouts } = await from.exportThread({ threadId })
  await to.importThread({
    thread,
    rollouts: rollouts.map((rollout) => ({
      rolloutId: rollout.rolloutId,
      base: rollout.base,
      file: rollout.file,
      fingerprint: rollout.fingerprint,
      fromByte: 0,
      chunks: rollout.read(),
    })),
  })
}

/** A few at a time. */
async function eachOf(
  ids: readonly string[],
  work: (id: string) => Promise<unknown>,
): Promise<void> {
  const left = ids.values()
  const worker = async (): Promise<void> => {
    for (const id of left) await work(id)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
