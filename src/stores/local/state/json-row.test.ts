import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { rowFromJson, rowToJson } from './json-row.js'
import type { SqlRow } from './table-columns.js'

test('a row survives JSON with its types and values', () => {
  const db = new Database(':memory:')
  db.exec('CREATE TABLE t (a, b, c, d, e, f)')
  const insert = db.prepare('INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)')
  insert.run('nul \0, 日本語, "quotes"', 2n ** 62n, 12n, 1.5, null, Buffer.from([0, 255, 128]))
  const rows = db.prepare<[], SqlRow>('SELECT * FROM t').safeIntegers(true)
  const before = rows.get()
  const json: unknown = JSON.parse(JSON.stringify(rowToJson(before ?? {})))
  const after = rowFromJson(json as Parameters<typeof rowFromJson>[0])
  db.exec('DELETE FROM t')
  insert.run(...Object.values(after))
  expect(rows.get()).toEqual(before)
  db.close()
})
