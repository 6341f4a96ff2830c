import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { noRows, OVERLAY_TABLE, readStateRows, readThreadRows } from './state-rows.js'

const ID = '0190e5ff-c558-72d1-8e82-99a00fbb77d9'

/** A database in which another process changes a row, and what is kept beside it, between two reads. */
function changingMeanwhile(): Database.Database {
  const path = join(temporaryFolder(), 'state_5.sqlite')
  const writer = new Database(path)
  writer.pragma('journal_mode = WAL')
  writer.exec(`
    CREATE TABLE threads (id TEXT, title TEXT);
    CREATE TABLE ${OVERLAY_TABLE} (thread_id TEXT, fields TEXT, files TEXT);
    INSERT INTO threads VALUES ('${ID}', 'one');
    INSERT INTO ${OVERLAY_TABLE} VALUES ('${ID}', '{"title":{"value":null,"seen":{"title":"one"}}}', '{}');
  `)
  const change = writer.transaction(() => {
    writer.exec(`UPDATE threads SET title = 'two'`)
    writer.exec(`UPDATE ${OVERLAY_TABLE} SET fields = replace(fields, 'one', 'two')`)
  })
  let changed = false
  return new Database(path, {
    verbose: (sql) => {
      if (changed || !String(sql).includes(`FROM ${OVERLAY_TABLE}`)) return
      changed = true
      change()
    },
  })
}

test('a row and what is kept beside it are of one commit', () => {
  const db = changingMeanwhile()
  const { row, overlay } = readThreadRows(db, ID)
  expect(overlay.overlay.title?.seen).toEqual({ title: row?.['title'] })
  expect(readThreadRows(db, ID).row).toMatchObject({ title: 'two' })
})

test('all rows and what is kept beside them are of one commit', () => {
  const db = changingMeanwhile()
  const { rows, overlays } = readStateRows(db, noRows)
  expect(overlays.get(ID)?.overlay.title?.seen).toEqual({ title: rows.get(ID)?.['title'] })
  expect(readStateRows(db, noRows).rows.get(ID)).toMatchObject({ title: 'two' })
})
