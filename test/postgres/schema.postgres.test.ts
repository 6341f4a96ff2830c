import { readFileSync } from 'node:fs'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { chunksOf } from '../../conformance/build/chunks.js'
import { bareImport } from '../../conformance/build/imports.js'
import { foldTurns } from '../../src/history/fold-turns.js'
import type { ThreadStore } from '../../src/index.js'
import type { PostgresDriver } from '../../src/host/postgres.js'
import { SCHEMA_LOCK } from '../../src/stores/postgres/schema/apply-schema.js'
import { listStatement } from '../../src/stores/postgres/list-threads.js'
import { encodeArray } from '../../src/stores/postgres/rows/binary-array.js'
import { openPostgresStore } from '../../src/stores/postgres/open-postgres-store.js'
import { threadQuery } from '../../src/store/thread-filter.js'
import { fixturePath } from '../support/fixtures.js'
import { freshStorage, newThreadId, type Storage } from './storage.js'

/** A database of its own on the shared server, by its URL. */
async function freshDatabase({ sql, url, namespace }: Storage): Promise<string> {
  await sql(`CREATE DATABASE ${namespace}`)
  return url.replace(/\/postgres$/, `/${namespace}`)
}

async function versionsOf(driver: PostgresDriver): Promise<number[]> {
  const rows = await driver.query<{ version: number }>(
    'SELECT version FROM threadstore.schema_versions ORDER BY version',
  )
  return rows.map(({ version }) => version)
}

/** A database as a release with schema version 1 left it, by its URL. */
async function oldDatabase(storage: Storage): Promise<string> {
  const url = await freshDatabase(storage)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(readFileSync(fixturePath('postgres', 'schema-1.sql'), 'utf8'))
  await client.end()
  return url
}

describe('a database of schema version 1', () => {
  test('is brought up to date by the first of the handles that open it, and the others wait', async () => {
    const storage = await freshStorage()
    const url = await oldDatabase(storage)
    const behind = await storage.driver(url)
    const holder = new pg.Client({ connectionString: url })
    await holder.connect()
    await holder.query(`SELECT pg_advisory_lock(${SCHEMA_LOCK})`)
    const open = (): Promise<ThreadStore> => openPostgresStore({ url, namespace: 'team-a' })
    const opening = Promise.all([open(), open(), open()])
    const waiting = async (): Promise<unknown> =>
      (
        await behind.query<{ count: number }>(
          `SELECT count(*) AS count FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event = 'advisory'`,
        )
      )[0]?.count
    await expect.poll(waiting).toBe(3)
    expect(await versionsOf(behind)).toEqual([1])
    await holder.end()
    const [store, ...others] = await opening
    await Promise.all(others.map((other) => other.close()))
    expect(await versionsOf(behind)).toEqual([1, 2, 3])
    const { items } = await store.listThreads({ pageSize: 100 })
    expect(items).toHaveLength(8)
    for (const { threadId } of items) {
      const expected = foldTurns((await store.loadHistory({ threadId })).items, 'summary')
      const { turns } = await store.listTurns({ threadId, pageSize: 100 })
      expect(turns).toEqual(expected.toReversed())
    }
    await store.close()
  })

  test('is read as it is by whoever may not change it', async () => {
    const storage = await freshStorage()
    const url = await oldDatabase(storage)
    const store = await storage.open({ url, namespace: 'team-a', applySchema: false })
    const { items } = await store.listThreads({ pageSize: 1 })
    const threadId = items[0]?.threadId ?? ''
    expect((await store.listTurns({ threadId, pageSize: 1 })).turns).toHaveLength(1)
    await store.deleteThread({ threadId })
    expect(await versionsOf(await storage.driver(url))).toEqual([1])
  })

  test('lets roles go on working that were granted its tables', async () => {
    const storage = await freshStorage()
    const { namespace: role } = storage
    const url = await oldDatabase(storage)
    const owner = await storage.driver(url)
    await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'tenant'`)
    await owner.query(`GRANT USAGE ON SCHEMA threadstore TO ${role}`)
    await owner.query(`GRANT ALL ON ALL TABLES IN SCHEMA threadstore TO ${role}`)
    await owner.query(`INSERT INTO threadstore.members VALUES ('team-a', '${role}')`)
    const tenantUrl = url.replace('postgres:test@', `${role}:tenant@`)
    const before = await storage.open({ url: tenantUrl, namespace: 'team-a', applySchema: false })
    const { items } = await before.listThreads({ pageSize: 1 })
    await (await storage.open({ url })).close()
    const after = await storage.open({ url: tenantUrl, namespace: 'team-a' })
    for (const { threadId } of items) {
      const page = await after.listTurns({ threadId, pageSize: 10 })
      expect(page).toEqual(await before.listTurns({ threadId, pageSize: 10 }))
    }
    const tenant = await storage.driver(tenantUrl)
    const [row] = await tenant.query('SELECT count(*) > 0 AS some FROM threadstore.turn_list')
    expect(row).toEqual({ some: true })
  })
})

describe('the schema of a database', () => {
  test('is made once, however many handles open it at the same time', async () => {
    const storage = await freshStorage()
    const url = await freshDatabase(storage)
    const stores = await Promise.all(
      Array.from({ length: 4 }, () => openPostgresStore({ url, connectionsMax: 1 })),
    )
    await Promise.all(stores.map((store) => store.close()))
    const driver = await storage.driver(url)
    expect(await versionsOf(driver)).toEqual([1, 2, 3])
  })

  test('is refused when it is newer than this release', async () => {
    const storage = await freshStorage()
    const url = await freshDatabase(storage)
    await (await openPostgresStore({ url })).close()
    const driver = await storage.driver(url)
    await driver.query('INSERT INTO threadstore.schema_versions (version) VALUES (99)')
    await expect(openPostgresStore({ url })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      details: { reason: 'schema-version' },
      message: expect.stringContaining('schema version 99'),
    })
  })

  test('is not made where text could not be kept', async () => {
    const storage = await freshStorage()
    const { sql, url, namespace } = storage
    await sql(`CREATE DATABASE ${namespace} ENCODING 'LATIN1' TEMPLATE template0`)
    const latin = url.replace(/\/postgres$/, `/${namespace}`)
    await expect(openPostgresStore({ url: latin })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      message: expect.stringContaining('LATIN1'),
    })
  })

  test('is not left half made', async () => {
    const storage = await freshStorage()
    const url = await freshDatabase(storage)
    const driver = await storage.driver(url)
    // In the way of the last table of the first version.
    await driver.query('CREATE SCHEMA threadstore')
    await driver.query('CREATE TABLE threadstore.members (in_the_way integer)')
    await expect(openPostgresStore({ url })).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(
      await driver.query(`SELECT relname::text FROM pg_class WHERE relkind = 'r'
        AND relnamespace = 'threadstore'::regnamespace`),
    ).toEqual([{ relname: 'members' }])
  })
})

describe('a role that does not own the tables', () => {
  test('sees and writes the namespaces it was given, and no other', async () => {
    const storage = await freshStorage()
    const { sql, namespace } = storage
    const owner = await storage.open()
    const [mine, theirs] = [newThreadId(), newThreadId()]
    const said = '{"type":"event_msg","payload":{"type":"user_message","message":"secret"}}\n'
    await owner.importThread(bareImport(mine, chunksOf(said)))
    await owner.listTurns({ threadId: mine, pageSize: 1 })
    const otherNamespace = `${namespace}-other`
    const other = await storage.open({ namespace: otherNamespace })
    await other.importThread(bareImport(theirs, chunksOf(said)))
    await sql(`CREATE ROLE ${namespace} LOGIN PASSWORD 'tenant'`)
    await sql(`GRANT USAGE ON SCHEMA threadstore TO ${namespace}`)
    await sql(`GRANT SELECT ON ALL TABLES IN SCHEMA threadstore TO ${namespace}`)
    await sql(`GRANT INSERT, UPDATE, DELETE ON threadstore.threads, threadstore.rollouts,
      threadstore.segments, threadstore.arriving_logs, threadstore.turns,
      threadstore.turn_projections TO ${namespace}`)
    await sql(
      'INSERT INTO threadstore.members (namespace, role_name) VALUES ($1, $2::text::name)',
      [namespace, namespace],
    )
    const url = storage.url.replace('postgres:test@', `${namespace}:tenant@`)
    const tenant = await storage.open({ url })
    const intruder = await storage.open({ url, namespace: otherNamespace })

    expect((await tenant.readThread({ threadId: mine })).threadId).toBe(mine)
    await tenant.updateThreadMetadata({ threadId: mine, patch: { name: 'renamed' } })
    await tenant.importThread(bareImport(newThreadId(), chunksOf('{"type":"new"}\n')))
    await other.listTurns({ threadId: theirs, pageSize: 1 })
    expect((await intruder.listThreads({ pageSize: 10 })).items).toEqual([])
    await expect(intruder.readThread({ threadId: theirs })).rejects.toMatchObject({
      code: 'THREAD_NOT_FOUND',
    })
    await expect(
      intruder.importThread(bareImport(newThreadId(), chunksOf('{"type":"new"}\n'))),
    ).rejects.toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('42501') })
    const driver = await storage.driver(url)
    expect(await driver.query('SELECT DISTINCT namespace FROM threadstore.segments')).toEqual([
      { namespace },
    ])
    for (const table of ['threads', 'rollouts', 'turns', 'turn_list']) {
      const stolen = `SELECT namespace FROM threadstore.${table} WHERE namespace = $1`
      expect(await driver.query(stolen, [otherNamespace])).toEqual([])
      // A condition that fails on what it must not see.
      const probing = `SELECT DISTINCT namespace FROM threadstore.${table}
        WHERE 1 / (CASE WHEN namespace = $1 THEN 0 ELSE 1 END) = 1`
      expect(await driver.query(probing, [otherNamespace])).toEqual([{ namespace }])
    }
    await expect(
      driver.query('INSERT INTO threadstore.members VALUES ($1, current_user)', [otherNamespace]),
    ).rejects.toMatchObject({ code: '42501' })
  })
})

describe('a listing', () => {
  test.each([
    ['createdAt', 'threads_by_creation'],
    ['updatedAt', 'threads_by_update'],
  ] as const)('by %s walks an index and sorts nothing', async (sortKey, index) => {
    const storage = await freshStorage()
    await (await storage.open()).close()
    const { namespace } = storage
    const driver = await storage.driver()
    await driver.query(
      `INSERT INTO threadstore.threads (namespace, thread_id, rollout_id, record, archived,
          created_at, updated_at, source, model_provider, cwd, preview)
        SELECT $1, gen_random_uuid(), gen_random_uuid(), '{}', false, n::text, n::text, '"cli"',
            'openai', '/', '' FROM generate_series(1, 5000) n`,
      [namespace],
    )
    await driver.query('ANALYZE threadstore.threads')
    const query = threadQuery({ pageSize: 100, sortKey })
    const after = { value: '3000', id: newThreadId(), inclusive: false }
    const { sql, params } = listStatement(namespace, query, {
      after,
      limit: 101,
      includeRollouts: true,
    })
    const plan = await driver.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, params)
    const text = plan.map((row) => row['QUERY PLAN']).join('\n')
    expect(text).toMatch(new RegExp(`Index Scan Backward using ${index}`))
    expect(text.split('SubPlan')[0]).not.toContain('Sort')
    expect(text).toContain('rollouts_by_thread')
  })
})

describe('an array', () => {
  test('has the binary form that PostgreSQL gives it', async () => {
    const { sql } = await freshStorage()
    const [row] = await sql<{ texts: Buffer; bytes: Buffer }>(
      `SELECT array_send(ARRAY['a', NULL, '"\\'])
        AS texts, array_send(ARRAY['\\x00ff'::bytea, ''::bytea]) AS bytes`,
    )
    expect(row?.texts).toEqual(encodeArray(['a', null, '"\\']))
    expect(row?.bytes).toEqual(encodeArray([Buffer.of(0, 255), Buffer.alloc(0)]))
  })
})
