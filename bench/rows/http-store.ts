import type { ThreadStore } from '../../src/store/thread-store.js'
import { openLocalStore } from '../../src/stores/local/open-local-store.js'
import { openHttpStore } from '../../src/stores/http/open-http-store.js'
import { openPostgresStore } from '../../src/stores/postgres/open-postgres-store.js'
import { startPostgresServer } from '../../test/support/postgres-server.js'
import { cpuSecondsOf, ownCpuSeconds } from '../cpu-seconds.js'
import { serveStore } from '../load/served-store.js'
import { storeCalls, threadIdsIn } from '../load/store-calls.js'
import { type BenchRow, type Measured, round, seconds } from '../row.js'
import { cli } from '../run-cli.js'
import { inHome } from '../workspace.js'

const THREADS = 400
const ROUNDS = 3

/** Imports and reads over HTTP, beside the same calls on the store behind it. */
export const httpStore: BenchRow = {
  id: 'http',
  work: `import and read ${THREADS} threads over HTTP, beside the store behind it (PostgreSQL)`,
  goal: 'at least 70 % of its throughput',
  bounds: [{ atLeast: 0.7 }],
  how: '`threadstore serve` in a process of its own and the store behind it, in turns, 8 calls at once, three rounds after one that is not counted: imports, exports, histories, lists and turns. The ratio is the worst of them; appends are told beside. CPU seconds are those of client + server + database.',
  run: (scale) =>
    inHome({ threads: THREADS * scale }, async ({ dir, bytes }) => {
      await using home = await openLocalStore({ home: dir, readOnly: true })
      await using database = await startPostgresServer({ durable: true })
      await using served = await serveStore(cli, database.url)
      const pids = { database: database.pid, server: served.pid }
      const direct: Spent[] = []
      const http: Spent[] = []
      // The first round is not counted: in it both processes compile what the others only run.
      for (let turn = 0; turn <= ROUNDS; turn += 1) {
        const namespace = `direct_${turn}`
        await using behind = await openPostgresStore({ url: database.url, namespace })
        await using client = await openHttpStore({ url: served.url, namespace: `http_${turn}` })
        const sides = turn === 0 ? { direct: [], http: [] } : { direct, http }
        await measureBoth({ home, behind, client, pids, ...sides })
      }
      return measuredOf(direct, http, ROUNDS * bytes)
    }),
}

/** What calls of one kind took. */
interface Spent {
  readonly name: string
  readonly seconds: number
  readonly cpu: { readonly client: number; readonly server: number; readonly database: number }
}

interface Pids {
  readonly database: number
  readonly server: number
}

interface Sides {
  readonly home: ThreadStore
  readonly behind: ThreadStore
  readonly client: ThreadStore
  readonly pids: Pids
  readonly direct: Spent[]
  readonly http: Spent[]
}

/** Each kind of call on either side in turn, so that a machine that slows down slows both. */
async function measureBoth(sides: Sides): Promise<void> {
  const { home, behind, client, pids, direct, http } = sides
  const ids = await threadIdsIn(home)
  for (const { name, run } of storeCalls) {
    direct.push(await spent(name, pids, () => run(behind, home, ids)))
    http.push(await spent(name, pids, () => run(client, home, ids)))
  }
}

async function spent(name: string, pids: Pids, work: () => Promise<void>): Promise<Spent> {
  const cpuNow = async (): Promise<Spent['cpu']> => ({
    client: ownCpuSeconds(),
    server: await cpuSecondsOf(pids.server),
    database: await cpuSecondsOf(pids.database),
  })
  const before = await cpuNow()
  const took = await seconds(work)
  const after = await cpuNow()
  return {
    name,
    seconds: took,
    cpu: {
      client: after.client - before.client,
      server: after.server - before.server,
      database: after.database - before.database,
    },
  }
}

function measuredOf(direct: readonly Spent[], http: readonly Spent[], bytes: number): Measured {
  const speed = (side: readonly Spent[], name: string): string =>
    `${name} ${round(bytes / 1e6 / total(side, name, (one) => one.seconds))} MB/s`
  const figures = (side: readonly Spent[]): string =>
    ['import', 'export', 'read'].map((name) => speed(side, name)).join(', ')
  const names = storeCalls.map(({ name }) => name)
  const ratios = names.map((name): [string, number] => {
    const took = (side: readonly Spent[]): number => total(side, name, (one) => one.seconds)
    return [name, took(direct) / took(http)]
  })
  return {
    figure: figures(http),
    beside: figures(direct),
    // Appends wait for the disk on both sides, and are no part of the goal.
    ratio: Math.min(...ratios.filter(([name]) => name !== 'append').map(([, ratio]) => ratio)),
    details: {
      ...Object.fromEntries(ratios.map(([name, ratio]) => [`${name} ratio`, round(ratio)])),
      ...Object.fromEntries(
        names.map((name) => [
          `${name} CPU seconds`,
          `direct ${cpuOf(direct, name)}, http ${cpuOf(http, name)}`,
        ]),
      ),
    },
  }
}

/** Client + server + database. */
function cpuOf(side: readonly Spent[], name: string): string {
  const parts = (['client', 'server', 'database'] as const).map((part) =>
    round(total(side, name, ({ cpu }) => cpu[part])),
  )
  return parts.join(' + ')
}

function total(side: readonly Spent[], name: string, of: (one: Spent) => number): number {
  return side.filter((one) => one.name === name).reduce((sum, one) => sum + of(one), 0)
}
