import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { CodexDatabase } from './codex-database.js'
import { createScratch } from './scratch.js'
import { ExtraReader } from './thread-extra.js'

const ID = '0190e5ff-c558-72d1-8e82-99a00fbb77d9'

function goals(folder: string, ...objectives: readonly string[]): void {
  const db = new Database(join(folder, 'goals_1.sqlite'))
  db.exec('CREATE TABLE IF NOT EXISTS thread_goals (thread_id TEXT, objective TEXT)')
  const insert = db.prepare('INSERT INTO thread_goals VALUES (?, ?)')
  for (const objective of objectives) insert.run(ID, objective)
  db.close()
}

test('a copy of a database goes when the original has changed', () => {
  const folder = temporaryFolder()
  const copies = temporaryFolder()
  const database = new CodexDatabase('goals', folder, createScratch(copies))
  for (const objective of ['one', 'two', 'three']) {
    goals(folder, objective)
    expect(database.connection()).not.toBeNull()
  }
  const files = readdirSync(copies, { recursive: true, encoding: 'utf8' })
  expect(files.filter((file) => file.endsWith('.sqlite'))).toHaveLength(1)
  database.close()
})

test('a snapshot of what belongs to threads goes on when a database is written meanwhile', () => {
  const folder = temporaryFolder()
  goals(folder, 'one')
  const database = new CodexDatabase('goals', folder, createScratch(temporaryFolder()))
  const snapshot = new ExtraReader([database]).snapshot()
  expect(snapshot.read(ID, null, null)).not.toBeNull()
  goals(folder, 'two')
  expect(snapshot.read(ID, null, null)).toMatchObject({
    tables: { 'goals.thread_goals': [{ objective: 'one' }, { objective: 'two' }] },
  })
  database.close()
})
