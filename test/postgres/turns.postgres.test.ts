import fc from 'fast-check'
import { describe, expect, inject, test } from 'vitest'
import {
  agentMessage,
  event,
  rolledBack,
  turn,
  turnStarted,
} from '../../conformance/build/items.js'
import { creating } from '../../conformance/build/params.js'
import { foldTurns } from '../../src/history/fold-turns.js'
import { systemClock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import type { PostgresDriver, PostgresSession, SqlParam, SqlRow } from '../../src/host/postgres.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ItemPage, TurnPage } from '../../src/store/records.js'
import { itemPage, turnPage } from '../../src/store/paging.js'
import type { ListItemsParams, ListTurnsParams } from '../../src/store/params.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { openLocalStore } from '../../src/stores/local/open-local-store.js'
import { changeSessions } from '../../src/stores/postgres/driver/change-sessions.js'
import { readTurns } from '../../src/stores/postgres/turns/read-turns.js'
import { allThreads, runMigration } from '../migration-runs.js'
import { copyHome, damagedHome } from '../support/homes.js'
import { freshStorage, newThreadId, type Storage } from './storage.js'

const views = ['notLoaded', 'summary', 'full'] as const
const directions = ['asc', 'desc'] as const

type List = (params: ListTurnsParams) => Promise<TurnPage>

/** Every page of a thread's turns, in every view and direction, and the pages back from each. */
async function everyPage(list: List, threadId: string, pageSize: number): Promise<TurnPage[]> {
  const pages: TurnPage[] = []
  for (const itemsView of views) {
    for (const sortDirection of directions) {
      const params = { threadId, includeArchived: true, pageSize, itemsView, sortDirection }
      let cursor: string | null = null
      do {
        const page: TurnPage = await list({ ...params, cursor })
        pages.push(page)
        const back = sortDirection === 'asc' ? 'desc' : 'asc'
        const { backwardsCursor } = page
        if (backwardsCursor !== null) {
          pages.push(await list({ ...params, sortDirection: back, cursor: backwardsCursor }))
        }
        cursor = page.nextCursor
      } while (cursor !== null)
    }
  }
  return pages
}

/** What `listTurns` has to answer: the whole history, folded. */
async function folded(store: ThreadStore, threadId: string): Promise<List> {
  const { items } = await store.loadHistory({ threadId, includeArchived: true })
  const turns = new Map(views.map((view) => [view, foldTurns(items, view)]))
  return (params) =>
    Promise.resolve(turnPage(turns.get(params.itemsView ?? 'summary') ?? [], params))
}

async function expectFolded(store: ThreadStore, threadId: string, pageSize: number): Promise<void> {
  const expected = await everyPage(await folded(store, threadId), threadId, pageSize)
  expect(await everyPage((list) => store.listTurns(list), threadId, pageSize)).toEqual(expected)
  await expectItems(store, threadId)
}

type ListItems = (params: ListItemsParams) => Promise<ItemPage>

/** Every page of items, of all turns and of each, in both directions, and the pages back from each. */
async function everyItemPage(
  list: ListItems,
  params: { readonly threadId: string; readonly pageSize: number; readonly turnId?: string },
): Promise<ItemPage[]> {
  const pages: ItemPage[] = []
  for (const sortDirection of directions) {
    let cursor: string | null = null
    do {
      const which = { ...params, includeArchived: true }
      const page: ItemPage = await list({ ...which, sortDirection, cursor })
      const back = sortDirection === 'asc' ? 'desc' : 'asc'
      pages.push(page)
      if (page.backwardsCursor !== null) {
        const { backwardsCursor } = page
        pages.push(await list({ ...which, sortDirection: back, cursor: backwardsCursor }))
      }
      cursor = page.nextCursor
    } while (cursor !== null)
  }
  return pages
}

/** Whether the items that are listed are those of the whole history, folded. */
async function expectItems(store: ThreadStore, threadId: string): Promise<void> {
  const { items } = await store.loadHistory({ threadId, includeArchived: true })
  const turns = foldTurns(items)
  const expected: ListItems = (params) => Promise.resolve(itemPage(turns, params))
  const count = turns.reduce((sum, each) => sum + each.items.length, 0)
  const [first] = turns
  for (const turnId of first ? [undefined, first.turnId] : [undefined]) {
    const pageSize = Math.max(2, Math.ceil((turnId === undefined ? count : 10) / 3))
    const params = { threadId, pageSize, ...(turnId !== undefined && { turnId }) }
    const found = await everyItemPage((list) => store.listItems(list), params)
    expect(found).toEqual(await everyItemPage(expected, params))
  }
}

/** Brings every thread of a home into a storage. */
async function importHome(home: string, store: ThreadStore): Promise<readonly string[]> {
  await using source = await openLocalStore({ home, readOnly: true })
  await runMigration(source, store)
  return (await allThreads(store)).map(({ threadId }) => threadId)
}

async function storedTurns({ sql, namespace }: Storage, threadId: string): Promise<number> {
  const [row] = await sql<{ count: number }>(
    `SELECT count(*) AS count FROM threadstore.turns
      WHERE namespace = $1 AND thread_id = $2::uuid`,
    [namespace, threadId],
  )
  return row?.count ?? 0
}

async function dropTurns({ sql, namespace }: Storage): Promise<void> {
  await sql('DELETE FROM threadstore.turn_projections WHERE namespace = $1', [namespace])
  await sql('DELETE FROM threadstore.turns WHERE namespace = $1', [namespace])
}

describe('stored turns', () => {
  test.each(['0.131.0', '0.169.0'] as const)(
    'of the home of %s give the answers that its histories give, also dropped and written again',
    async (version) => {
      const storage = await freshStorage()
      const store = await storage.open()
      const threadIds = await importHome(await copyHome(version), store)
      let stored = 0
      for (const threadId of threadIds) {
        expect(await storedTurns(storage, threadId)).toBe(0)
        const whole = { threadId, includeArchived: true, pageSize: 1000 }
        const expected = await folded(store, threadId)
        const { turns } = await expected(whole)
        expect((await store.listTurns(whole)).turns).toEqual(turns)
        expect(await storedTurns(storage, threadId)).toBe(turns.length)
        const pageSize = Math.max(2, Math.ceil(turns.length / 3))
        const list: List = (params) => store.listTurns(params)
        const pages = await everyPage(expected, threadId, pageSize)
        expect(await everyPage(list, threadId, pageSize)).toEqual(pages)
        await expectItems(store, threadId)
        await dropTurns(storage)
        for (const itemsView of views) {
          const params = { ...whole, itemsView }
          expect(await list(params)).toEqual(await expected(params))
        }
        expect(await storedTurns(storage, threadId)).toBe(turns.length)
        stored += turns.length
      }
      expect(stored).toBeGreaterThan(10)
    },
  )

  test('of damaged histories give the answers that these give', async () => {
    const storage = await freshStorage()
    const store = await storage.open()
    const threadIds = await importHome(await damagedHome(), store)
    expect(threadIds.length).toBeGreaterThan(10)
    for (const threadId of threadIds) {
      const expected = await folded(store, threadId).catch(() => null)
      if (expected === null) continue
      const pages = await everyPage(expected, threadId, 3)
      expect(await everyPage((list) => store.listTurns(list), threadId, 3)).toEqual(pages)
      await expectItems(store, threadId)
    }
  })

  test('follow a thread that is written, whatever comes to it', async () => {
    const storage = await freshStorage()
    const store = await storage.open()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const threadId = newThreadId()
        await store.createThread(creating(threadId))
        for (const { items, next } of steps) {
          await store.appendItems({ threadId, items })
          if (next === 'reopen') {
            await store.shutdownThread({ threadId })
            await store.resumeThread({ threadId })
          }
          if (next !== 'append') await expectFolded(store, threadId, 3)
        }
        await store.shutdownThread({ threadId })
        await expectFolded(store, threadId, 2)
      }),
      { numRuns: 6, seed: 1 },
    )
  })
})

const turnId = fc.constantFrom('a', 'b', 'c', '\0', '\ud800', 'x'.repeat(5000))
const large = 'y'.repeat(70_000)
const batch: fc.Arbitrary<RolloutItem[]> = fc.oneof(
  fc.tuple(turnId, fc.string()).map(([id, text]) => turn(id, text)),
  turnId.map((id) => [turnStarted(id)]),
  turnId.map((id) => [event('item_completed', { turn_id: id, item: { type: 'AgentMessage' } })]),
  fc.nat(3).map((count) => [rolledBack(count)]),
  fc.constantFrom('said', large, '\0\ud800').map((text) => [agentMessage(text)]),
)
const step = fc.record({
  items: fc.array(batch, { minLength: 1, maxLength: 3 }).map((batches) => batches.flat()),
  next: fc.constantFrom('append', 'list', 'reopen'),
})

/** A driver that counts the bytes of segments that statements give. */
function countingBytes(driver: PostgresDriver): { driver: PostgresDriver; bytes: () => number } {
  let bytes = 0
  const counted = (session: PostgresSession): PostgresSession => ({
    async query<Row extends SqlRow>(sql: string, params?: readonly SqlParam[]) {
      const rows = await session.query<Row>(sql, params)
      for (const row of rows) bytes += Number(row['codec'] === undefined ? 0 : row['byte_count'])
      return rows
    },
  })
  return { driver: changeSessions(driver, counted), bytes: () => bytes }
}

/** A history in which a turn is long, others are short, and something late comes to the long one. */
function longHistory(): RolloutItem[] {
  const said = Array.from({ length: 1500 }, (_, n) => agentMessage(`${n} ${'words '.repeat(600)}`))
  const late = event('item_completed', { turn_id: 'long', item: { type: 'AgentMessage' } })
  const long = [...turn('long', 'tell me all').slice(0, -1), ...said]
  return [...turn('a', 'short'), ...long, ...turn('b', 'shorter'), late, ...turn('c', 'end')]
}

describe('a long turn', () => {
  test('is folded in pieces, and its items are read where they stand', async () => {
    const storage = await freshStorage()
    const { driver, bytes } = countingBytes(await storage.driver())
    const store = await storage.open({ driver })
    const threadId = newThreadId()
    await store.createThread(creating(threadId))
    const items = longHistory()
    for (let n = 0; n < items.length; n += 100) {
      await store.appendItems({ threadId, items: items.slice(n, n + 100) })
    }
    await store.discardThread({ threadId })
    const { namespace } = storage
    const context = {
      driver,
      server: 'PostgreSQL',
      namespace,
      clock: systemClock,
      ids: systemIds,
      projectsTurns: true,
    }
    let pieces = 0
    const sql = `SELECT byte_count FROM threadstore.turn_projections WHERE namespace = $1`
    const read = await readTurns(
      context,
      { threadId },
      (_, { now, stored }) => {
        pieces = now.byteCount - (stored?.byteCount ?? 0)
        return Promise.resolve(now.byteCount)
      },
      2 ** 20,
    )
    expect(pieces).toBeLessThan(read / 3)
    expect(await storage.sql(sql, [namespace])).toEqual([{ byte_count: read }])

    await store.resumeThread({ threadId })
    await store.shutdownThread({ threadId })
    await expectFolded(store, threadId, 2)
    const turns = foldTurns(items)
    const page = { threadId, pageSize: 20 }
    const { nextCursor } = itemPage(turns, { ...page, pageSize: 900 })
    for (const cursor of [null, nextCursor]) {
      for (const which of [{ cursor }, { sortDirection: 'desc' } as const]) {
        const before = bytes()
        const found = await store.listItems({ ...page, ...which })
        expect(found).toEqual(itemPage(turns, { ...page, ...which }))
        expect(bytes() - before).toBeLessThan(read / 2)
      }
    }
  })
})

describe('stored turns of a thread', () => {
  test('are written at its end, and show what SQL can ask for', async () => {
    const storage = await freshStorage()
    const { sql, namespace } = storage
    const store = await storage.open()
    const threadId = newThreadId()
    await store.createThread(creating(threadId))
    await store.appendItems({ threadId, items: turn('one', 'what is it?') })
    await store.appendItems({ threadId, items: [...turn('two', 'and now?'), turnStarted('three')] })
    await store.shutdownThread({ threadId })
    const columns = 'turn_id, status, first_user_text, item_count, total_tokens, turn_tokens'
    const list = (): Promise<readonly unknown[]> =>
      sql(
        `SELECT ${columns}, is_current FROM threadstore.turn_list
          WHERE namespace = $1 AND thread_id = $2::uuid ORDER BY position`,
        [namespace, threadId],
      )
    const rows = await list()
    expect(rows).toMatchObject([
      { turn_id: 'one', status: 'completed', first_user_text: 'what is it?', is_current: true },
      { turn_id: 'two', status: 'completed', first_user_text: 'and now?', is_current: true },
      { turn_id: 'three', status: 'inProgress', first_user_text: null, item_count: 1 },
    ])
    await store.resumeThread({ threadId })
    await store.appendItems({ threadId, items: [agentMessage('late')] })
    expect(await list()).toMatchObject(rows.map(() => ({ is_current: false })))
    await store.shutdownThread({ threadId })
    await store.deleteThread({ threadId })
    expect(await storedTurns(storage, threadId)).toBe(0)
  })

  test('are not needed by a role that may not write them', async () => {
    const storage = await freshStorage()
    const { sql, namespace } = storage
    const owner = await storage.open()
    const threadId = newThreadId()
    await owner.createThread(creating(threadId))
    await owner.appendItems({ threadId, items: turn('one', 'read me') })
    await owner.discardThread({ threadId })
    await sql(`CREATE ROLE ${namespace} LOGIN PASSWORD 'tenant'`)
    await sql(`GRANT USAGE ON SCHEMA threadstore TO ${namespace}`)
    await sql(`GRANT SELECT ON ALL TABLES IN SCHEMA threadstore TO ${namespace}`)
    await sql(
      'INSERT INTO threadstore.members (namespace, role_name) VALUES ($1, $2::text::name)',
      [namespace, namespace],
    )
    const url = inject('postgresUrl').replace('postgres:test@', `${namespace}:tenant@`)
    const reader = await storage.open({ url })
    expect((await reader.listTurns({ threadId, pageSize: 5 })).turns).toMatchObject([
      { turnId: 'one' },
    ])
    expect(await storedTurns(storage, threadId)).toBe(0)
  })
})
