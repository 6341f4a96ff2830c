import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { chunksOf } from '../../conformance/build/chunks.js'
import { bareImport } from '../../conformance/build/imports.js'
import { turn } from '../../conformance/build/items.js'
import { creating } from '../../conformance/build/params.js'
import { systemClock } from '../../src/host/clock.js'
import type { PostgresDriver } from '../../src/host/postgres.js'
import type { ThreadStore } from '../../src/index.js'
import { openPgDriver } from '../../src/stores/postgres/driver/pg-driver.js'
import { makeManyThreads } from '../support/many-threads.js'
import { freshStorage, newThreadId } from './storage.js'

/** How many threads there are, and how many turns of eight items in one; more is for the command line. */
const THREADS = [1000, Number(process.env['THREADSTORE_PAGES_THREADS'] ?? 10_000)] as const
const TURNS = [600, Number(process.env['THREADSTORE_PAGES_TURNS'] ?? 2400)] as const
/** Where an index has grown by a level, one page more is looked at for each key: four instead of three. */
const LEVELS = 4 / 3

/** A database of its own, in which nothing happens that nobody asked for. */
async function quietDatabase(): Promise<{ store: ThreadStore; driver: PostgresDriver }> {
  const { sql, namespace, url, open } = await freshStorage()
  await sql(`CREATE DATABASE ${namespace}`)
  const own = url.replace(/\/postgres$/, `/${namespace}`)
  const driver = await openPgDriver({ url: own, clock: systemClock, connectionsMax: 1 })
  const store = await open({ driver })
  await driver.query(`DO $$ DECLARE t record; BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'threadstore' LOOP
      EXECUTE format('ALTER TABLE threadstore.%I SET (autovacuum_enabled = false)', t.tablename);
    END LOOP; END $$`)
  return { store, driver }
}

/** Pages of tables and indexes that PostgreSQL has looked at, in memory or on disk. */
async function pagesSoFar(driver: PostgresDriver): Promise<number> {
  // What a connection has counted it tells others when it likes to, or when it is asked.
  await driver.query('SELECT pg_stat_force_next_flush()')
  const [row] = await driver.query<{ pages: number }>(
    `SELECT sum(coalesce(heap_blks_read, 0) + coalesce(heap_blks_hit, 0)
        + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0)
        + coalesce(toast_blks_read, 0) + coalesce(toast_blks_hit, 0)
        + coalesce(tidx_blks_read, 0) + coalesce(tidx_blks_hit, 0))::bigint AS pages
      FROM pg_statio_user_tables WHERE schemaname = 'threadstore'`,
  )
  return row?.pages ?? 0
}

type Calls = Readonly<Record<string, () => Promise<unknown>>>
type Pages = Record<string, number>

/** The fewest pages that each call needed, of a few times: once in a while a page is split. */
async function pagesOf(driver: PostgresDriver, calls: Calls): Promise<Pages> {
  const pages: Pages = {}
  for (let round = 0; round < 3; round += 1) {
    for (const [name, call] of Object.entries(calls)) {
      const before = await pagesSoFar(driver)
      await call()
      const needed = (await pagesSoFar(driver)) - before
      pages[name] = Math.min(needed, pages[name] ?? Infinity)
    }
  }
  return pages
}

function expectNoGrowth(few: Pages, many: Pages): void {
  // For who runs it by hand with more of everything.
  if (process.env['THREADSTORE_PAGES_PRINT']) console.table({ few, many })
  const grown = Object.entries(many).filter(
    ([name, pages]) => pages > (few[name] ?? 0) * LEVELS + 2,
  )
  expect(grown.map(([name, pages]) => ({ name, from: few[name], to: pages }))).toEqual([])
  for (const pages of Object.values(many)) expect(pages).toBeGreaterThan(0)
}

let turns = 0
const nextTurn = (): ReturnType<typeof turn> => turn(`turn-${(turns += 1)}`, 'what is it?')

/** Calls about one thread, from its beginning to its end. */
function life(store: ThreadStore): Calls {
  let threadId = ''
  return {
    create: () => store.createThread(creating((threadId = newThreadId()))),
    append: () => store.appendItems({ threadId, items: nextTurn() }),
    shutdown: () => store.shutdownThread({ threadId }),
    read: () => store.readThread({ threadId, includeRollouts: true }),
    history: () => store.loadHistory({ threadId }),
    turns: () => store.listTurns({ threadId, pageSize: 10, itemsView: 'full' }),
    items: () => store.listItems({ threadId, pageSize: 10 }),
    patch: () => store.updateThreadMetadata({ threadId, patch: { name: 'renamed' } }),
    archive: () => store.archiveThread({ threadId }),
    unarchive: () => store.unarchiveThread({ threadId }),
    export: () => store.exportThread({ threadId }),
    digest: () => store.historyDigest({ threadId }),
    resume: () => store.resumeThread({ threadId }),
    close: () => store.discardThread({ threadId }),
    import: () => store.importThread(bareImport(newThreadId(), chunksOf('{"type":"new"}\n'))),
    list: () => store.listThreads({ pageSize: 20 }),
    delete: () => store.deleteThread({ threadId }),
  }
}

test(`a call looks at no more pages with ${THREADS[1]} threads stored than with ${THREADS[0]}`, async () => {
  const { store, driver } = await quietDatabase()
  const model = newThreadId()
  await store.createThread(creating(model))
  await store.appendItems({ threadId: model, items: nextTurn() })
  await store.shutdownThread({ threadId: model })
  await store.updateThreadMetadata({ threadId: model, patch: { name: 'a needle' } })
  const rounds: Pages[] = []
  let stored = 0
  for (const count of THREADS) {
    await makeManyThreads((sql) => driver.query(sql), model, [stored, count])
    stored = count
    rounds.push(await pagesOf(driver, life(store)))
  }
  expectNoGrowth(rounds[0] ?? {}, rounds[1] ?? {})

  await driver.query(indexOf('threads_by_text'))
  await driver.query(indexOf('threads_by_cwd'))
  await driver.query('ANALYZE threadstore.threads')
  const cwd = '/a/folder/of/its/own'
  await store.createThread({ ...creating(newThreadId()), metadata: { cwd, modelProvider: 'mock' } })
  const search = (searchTerm: string) => () => store.searchThreads({ pageSize: 10, searchTerm })
  const inFolder = (folder: string) => () =>
    store.listThreads({ pageSize: 10, cwdFilters: [folder] })
  const found = await pagesOf(driver, {
    rareWords: search(`needle ${stored - 7}.`),
    noSuchWords: search('nobody said this'),
    commonWords: search('needle'),
    ownFolder: inFolder(cwd),
    commonFolder: inFolder('/home/dev/project'),
  })
  // What is prepared gets a plan for any words and folder, after a while.
  const [kept] = await driver.query(
    `SELECT count(*) > 5 AS some, count(*) FILTER (WHERE statement LIKE '%FROM threadstore.threads t%')
      AS lists FROM pg_prepared_statements`,
  )
  expect(kept).toEqual({ some: true, lists: 0 })
  const costly = Object.entries(found).filter(([, pages]) => pages > 100)
  expect(Object.fromEntries(costly)).toEqual({})
  await driver.close()
}, 600_000)

/** The statements of docs/scale.md that make an index. */
function indexOf(name: string): string {
  const page = readFileSync('docs/scale.md', 'utf8')
  const blocks = [...page.matchAll(/```sql\n([^]*?)```/g)].map(([, sql = '']) => sql)
  return blocks.find((sql) => sql.includes(name)) ?? ''
}

test(`a call about a thread looks at no more pages with ${TURNS[1]} turns than with ${TURNS[0]}`, async () => {
  const { store, driver } = await quietDatabase()
  const threadId = newThreadId()
  await store.createThread({ ...creating(threadId), historyMode: 'paginated' })
  const rounds: Pages[] = []
  let stored = 0
  for (const count of TURNS) {
    for (; stored < count; stored += 100) {
      const items = Array.from({ length: 100 }, nextTurn).flat()
      await store.appendItems({ threadId, items })
    }
    await store.shutdownThread({ threadId })
    await store.resumeThread({ threadId })
    await driver.query('ANALYZE')
    const { items } = await store.loadHistory({ threadId })
    const turnId = `turn-${turns - (count >> 1)}`
    const base = { rolloutId: threadId, endOrdinalExclusive: items.length - 5 }
    const page = { threadId, pageSize: 10 }
    rounds.push(
      await pagesOf(driver, {
        append: () => store.appendItems({ threadId, items: nextTurn() }),
        read: () => store.readThread({ threadId, includeRollouts: true }),
        shutdown: () => store.shutdownThread({ threadId }),
        resume: () => store.resumeThread({ threadId }),
        newestTurns: () => store.listTurns({ ...page, itemsView: 'full' }),
        oldestTurns: () => store.listTurns({ ...page, sortDirection: 'asc', itemsView: 'full' }),
        oldestItems: () => store.listItems(page),
        newestItems: () => store.listItems({ ...page, sortDirection: 'desc' }),
        itemsOfTurn: () => store.listItems({ ...page, turnId }),
        fork: () => store.createThread({ ...creating(newThreadId()), base }),
      }),
    )
  }
  await driver.close()
  expectNoGrowth(rounds[0] ?? {}, rounds[1] ?? {})
}, 600_000)
