import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { ID, emptyHome, message, readAll, row, withStore } from './local-homes.js'
import { hashTree } from './support/hash-tree.js'
import { type RecordedHome, copyHomeInPlace, withState } from './support/homes.js'

const ALPHA_169 = '01a20348-d6b6-7d43-a072-436c808aed86'

describe('an import', () => {
  test.each(['0.131.0', '0.131.0-migrated', '0.169.0'] as const)(
    'of every thread of %s makes the same home again',
    async (version) => {
      const source = await copyHomeInPlace(version)
      const target = emptyHome()
      await copyThreads(source, target)
      const [before, after] = [await hashTree(source), await hashTree(target)]
      const rollouts = Object.keys(before).filter(
        (path) => path.endsWith('.jsonl') && path.includes('sessions/'),
      )
      expect(rollouts.length).toBeGreaterThan(8)
      for (const path of rollouts) {
        expect(after[path]).toMatchObject({ sha256: (before[path] as { sha256: string }).sha256 })
        const times = [source, target].map((home) => statSync(join(home, path)).mtimeMs)
        expect(Math.abs((times[0] ?? 0) - (times[1] ?? 0))).toBeLessThan(1)
      }
      expect(await everything(target)).toEqual(await everything(source))
    },
  )

  test('into a home of the same release restores rows, pins and goals where they were', async () => {
    const source = await copyHomeInPlace('0.169.0')
    const target = await emptyHomeOf('0.169.0')
    await copyThreads(source, target)
    const rows = (home: string): unknown =>
      withState(home, (state) =>
        state
          .prepare('SELECT * FROM threads ORDER BY id')
          .all()
          .map((found) => {
            const { rollout_path: path, ...columns } = found as { rollout_path: string }
            return { ...columns, rollout_path: path.replace(home, '') }
          }),
      )
    expect(rows(target)).toEqual(rows(source))
    for (const [file, table] of [
      ['state_5', 'thread_read_receipts'],
      ['goals_1', 'thread_goals'],
    ] as const) {
      const read = (home: string): unknown => {
        const db = new Database(join(home, `${file}.sqlite`))
        const found = db.prepare(`SELECT * FROM ${table} ORDER BY thread_id`).all()
        db.close()
        return found
      }
      expect(read(target)).toEqual(read(source))
      expect(read(target)).not.toEqual([])
    }
  })

  test('writes nothing that belongs to another thread', async () => {
    const home = await copyHomeInPlace('0.169.0')
    const before = row(home, ALPHA_169)
    const evil = {
      columns: { id: ALPHA_169, rollout_path: '/etc/passwd' },
      tables: {
        'state.threads': [{ ...before, title: 'stolen' }],
        'state.thread_read_receipts': [{ thread_id: ALPHA_169, revision: 'stolen' }],
        'state._sqlx_migrations': [{ version: 99, description: 'x' }],
      },
    }
    const receipts = (): unknown =>
      withState(home, (state) => state.prepare('SELECT * FROM thread_read_receipts').all())
    const receiptsBefore = receipts()
    await withStore(home, async (store) => {
      const { thread } = await store.exportThread({ threadId: ALPHA_169 })
      async function* chunks(): AsyncIterable<Uint8Array> {
        yield Buffer.from(
          `${JSON.stringify({ ...message('x'), type: 'session_meta', payload: { id: ID } })}\n`,
        )
      }
      const file = {
        name: '../../outside/rollout-2026-01-01T00-00-00.jsonl',
        modifiedAt: '2026-01-01T00:00:00.000Z',
      }
      const rollout = {
        rolloutId: ID,
        base: null,
        file,
        fingerprint: null,
        fromByte: 0,
        chunks: chunks(),
      }
      await store.importThread({
        thread: { ...thread, threadId: ID, extra: evil },
        rollouts: [rollout],
      })
      expect((await store.readThread({ threadId: ID })).rolloutPath).toMatch(join(home, 'sessions'))
    })
    expect(row(home, ALPHA_169)).toEqual(before)
    expect(receipts()).toEqual(receiptsBefore)
    expect(existsSync(join(home, '../../outside'))).toBe(false)
  })
})

/** A home of a release, without its threads. */
async function emptyHomeOf(version: RecordedHome): Promise<string> {
  const home = await copyHomeInPlace(version)
  await withStore(home, async (store) => {
    const threads = [...(await readAll(store, false)), ...(await readAll(store, true))]
    const order = threads.toSorted(
      (a, b) => Number(b.forkedFromId !== null) - Number(a.forkedFromId !== null),
    )
    for (const { threadId } of order) await store.deleteThread({ threadId })
  })
  return home
}

async function copyThreads(source: string, target: string): Promise<void> {
  await withStore(source, async (from) => {
    await withStore(target, async (to) => {
      for (const archived of [false, true]) {
        for (const { threadId } of await readAll(from, archived)) {
          const { thread, rollouts } = await from.exportThread({ threadId })
          const imported = rollouts.map((rollout) => {
            const { rolloutId, base, file, fingerprint } = rollout
            return { rolloutId, base, file, fingerprint, fromByte: 0, chunks: rollout.read() }
          })
          await to.importThread({ thread, rollouts: imported })
        }
      }
    })
  })
}

/** Every record and export of a home, without what says where the home lies. */
async function everything(home: string): Promise<unknown> {
  return withStore(home, async (store) => {
    const found: unknown[] = []
    for (const archived of [false, true]) {
      for (const listed of await readAll(store, archived)) {
        const { threadId } = listed
        const { thread, rollouts } = await store.exportThread({ threadId })
        const { rolloutPath, ...record } = thread
        const receipt = await store.historyDigest({ threadId })
        const files = rollouts.map(({ rolloutId, base, file, byteCount }) => {
          return { rolloutId, base, file, byteCount }
        })
        found.push({ record, place: rolloutPath?.replace(home, ''), receipt, files })
      }
    }
    return found
  })
}
