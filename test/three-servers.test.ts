import { afterAll, expect, test } from 'vitest'
import pg from 'pg'
import { chunksOf } from '../conformance/build/chunks.js'
import { bareImport } from '../conformance/build/imports.js'
import { suite } from '../conformance/suite.js'
import { describeConformance } from '../conformance/vitest.js'
import { verify } from '../migrate/index.js'
import { systemIds } from '../src/host/ids.js'
import type { ThreadStore } from '../src/index.js'
import { openMemoryStore } from '../src/stores/memory/memory-thread-store.js'
import { openPostgresStore } from '../src/stores/postgres/open-postgres-store.js'
import { runMigration } from './migration-runs.js'
import { postgresSubject } from './postgres-subjects.js'
import { startThreeServers } from './start-three-servers.js'

const servers = await startThreeServers()
afterAll(() => servers[Symbol.asyncDispose]())

const inOneProcess = suite.filter(({ doors = [] }) => !doors.includes('spawn'))
// Everything takes minutes: `npm run test:three-servers`.
const isWhole = process.env['THREADSTORE_THREE_SERVERS'] === 'everything'

describeConformance(postgresSubject(servers.url), {
  seed: 1,
  cases: inOneProcess,
  ...(!isWhole && {
    set: 'smoke',
    filter: 'life.*,history.*,list.*,turn.*,line.*,delete.*,raw.*,conc.appends*',
  }),
})

const THREADS = 150

/** A store of threads that differ. */
async function threads(count: number): Promise<ThreadStore> {
  const store = openMemoryStore()
  for (let n = 0; n < count; n += 1) {
    const line = JSON.stringify({ type: 'event_msg', payload: `${n} `.repeat(2000) })
    const chunks = chunksOf(`${line}\n`.repeat(5))
    await store.importThread(bareImport(systemIds.newThreadId(), chunks))
  }
  return store
}

/** The rows of a table, server by server. */
async function rowsByServer(table: string): Promise<number[]> {
  const client = new pg.Client({ connectionString: servers.url })
  await client.connect()
  const parts = [0, 1, 2].map((part) => `threadstore.${table}_${part}`)
  const counts: number[] = []
  for (const part of parts) {
    const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${part}`)
    counts.push(Number(rows[0]?.count))
  }
  await client.end()
  return counts
}

test('a migration to three servers goes on after one of them has crashed, and is proven', async () => {
  await using source = await threads(THREADS)
  await using target = await openPostgresStore({ url: servers.url })
  const finished: string[] = []
  const crashes: Promise<number>[] = []
  const first = await runMigration(source, target, {
    jobs: 2,
    onEvent: (event) => {
      if (event.type !== 'finished') return
      finished.push(event.outcome.threadId)
      const [, shard] = servers.shards
      if (finished.length === 20) crashes.push(shard.crash().then(() => finished.length))
    },
  })
  const [finishedBefore] = await Promise.all(crashes)
  expect(finishedBefore).toBeLessThan(THREADS)
  const second = await runMigration(source, target)
  expect(second.stopped).toBeNull()
  const statuses = [...second.outcomes.values()].map(({ status }) => status)
  expect(statuses.filter((status) => status !== 'already' && status !== 'proven')).toEqual([])
  const missed = [...first.outcomes.values()].filter(({ status }) => status !== 'proven')
  expect(statuses.filter((status) => status === 'proven').length).toBeLessThanOrEqual(
    missed.length + THREADS - first.outcomes.size,
  )
  for (const table of ['threads', 'rollouts', 'segments']) {
    const counts = await rowsByServer(table)
    expect(Math.min(...counts)).toBeGreaterThan(20)
  }
  const { totals } = await verify({ source, target, readBack: true })
  expect(totals).toMatchObject({ equal: THREADS, different: 0, missing: 0 })
})
