import { expect, test } from 'vitest'
import { chunksOf } from '../../conformance/build/chunks.js'
import { bareImport } from '../../conformance/build/imports.js'
import { turn } from '../../conformance/build/items.js'
import { creating } from '../../conformance/build/params.js'
import type { PostgresDriver, PostgresSession } from '../../src/host/postgres.js'
import { changeSessions } from '../../src/stores/postgres/driver/change-sessions.js'
import { makeManyThreads } from '../support/many-threads.js'
import { freshStorage, newThreadId, type Storage } from './storage.js'

/** How many threads there are; a million takes minutes, and is for the command line. */
const THREADS = Number(process.env['THREADSTORE_PLAN_THREADS'] ?? 50_000)
const TABLES = 'threads|rollouts|segments|turns|turn_projections'

/** A database of its own with many threads, made by SQL from a few that the store wrote. */
async function largeDatabase(storage: Storage): Promise<{ url: string; threadId: string }> {
  const { sql, namespace } = storage
  await sql(`CREATE DATABASE ${namespace}`)
  const url = storage.url.replace(/\/postgres$/, `/${namespace}`)
  const store = await storage.open({ url })
  const threadId = newThreadId()
  await store.createThread(creating(threadId))
  await store.appendItems({ threadId, items: turn('one', 'what is it?') })
  await store.shutdownThread({ threadId })
  await store.updateThreadMetadata({ threadId, patch: { name: 'a needle' } })
  const behind = await storage.driver(url)
  await makeManyThreads((statement) => behind.query(statement), threadId, [0, THREADS])
  return { url, threadId }
}

/** A driver that asks how each statement is carried out before it is. */
function explaining(driver: PostgresDriver, plans: Map<string, string>): PostgresDriver {
  const explained = (session: PostgresSession): PostgresSession => ({
    async query(sql, params) {
      if (!plans.has(sql)) {
        const rows = await session.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, params)
        plans.set(sql, rows.map((row) => row['QUERY PLAN']).join('\n'))
      }
      return session.query(sql, params)
    },
  })
  return changeSessions(driver, explained)
}

test(`no call reads a whole table of ${THREADS} threads`, { timeout: 600_000 }, async () => {
  const storage = await freshStorage()
  const { url, threadId } = await largeDatabase(storage)
  const plans = new Map<string, string>()
  const driver = explaining(await storage.driver(url), plans)
  const store = await storage.open({ driver })
  plans.clear()
  for (const sortKey of ['createdAt', 'updatedAt'] as const) {
    for (const sortDirection of ['asc', 'desc'] as const) {
      const list = { pageSize: 100, sortKey, sortDirection }
      const { nextCursor } = await store.listThreads(list)
      await store.listThreads({ ...list, cursor: nextCursor })
    }
  }
  await store.listThreads({ pageSize: 10, parentThreadId: threadId })
  const [, spawned = ''] = [...plans].find(([sql]) => sql.includes('parentThreadId')) ?? []
  expect(spawned).toContain('threads_by_parent')
  const fork = newThreadId()
  await store.resumeThread({ threadId })
  await store.appendItems({ threadId, items: turn('two', 'and now?') })
  await store.listTurns({ threadId, pageSize: 10, itemsView: 'full' })
  await store.shutdownThread({ threadId })
  await store.listTurns({ threadId, pageSize: 10 })
  await store.readThread({ threadId, includeHistory: true, includeRollouts: true })
  await store.updateThreadMetadata({ threadId, patch: { name: 'renamed' } })
  await store.archiveThread({ threadId })
  await store.unarchiveThread({ threadId })
  await store.historyDigest({ threadId })
  await store.exportThread({ threadId })
  await store.importThread(bareImport(fork, chunksOf('{"type":"new"}\n')))
  await store.importThread({
    ...bareImport(fork, chunksOf('{"type":"newer"}\n')),
    replace: true,
  })
  await store.deleteThread({ threadId: fork })
  expect(plans.size).toBeGreaterThan(20)
  const whole = [...plans].filter(([, plan]) => new RegExp(`Seq Scan on (?:${TABLES})`).test(plan))
  expect(whole.map(([sql, plan]) => `${sql}\n${plan}`)).toEqual([])
})
