import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { type ByteEdit, byteEdits, edited } from '../support/byte-edits.js'

/** One thing done to a file of a home; files are numbered in the order of their paths. */
export type HomeDamage =
  | { readonly do: 'remove' | 'become-folder'; readonly file: number }
  | { readonly do: 'swap' | 'copy-over'; readonly file: number; readonly other: number }
  | { readonly do: 'edit'; readonly file: number; readonly edits: readonly ByteEdit[] }
  | { readonly do: 'link'; readonly file: number; readonly to: string }
  | { readonly do: 'rename' | 'copy'; readonly file: number; readonly to: string }
  | { readonly do: 'compress'; readonly file: number; readonly edits: readonly ByteEdit[] }
  | { readonly do: 'forbid'; readonly file: number; readonly folder: boolean }

/** One thing done to the state database. */
export type DatabaseDamage =
  | { readonly do: 'flip'; readonly at: number; readonly bits: number }
  | { readonly do: 'cut'; readonly at: number }
  | { readonly do: 'sql'; readonly statement: string }
  | { readonly do: 'leave'; readonly suffix: string; readonly bytes: string }

const file = fc.nat({ max: 1000 })
const UNKNOWN_ID = '0190e5ff-c558-72d1-8e82-99a00fbb77d9'

/** Where links lead: nowhere, in circles, out of the home, to a folder, to a device. */
const linkTargets = [
  'nowhere',
  '.',
  '/etc/passwd',
  '/tmp',
  '/dev/zero',
  '../..',
  'session_index.jsonl',
]

/** Names that files take on; `*` is the name they have. */
const names = [
  '*.bak',
  '*~',
  '.*',
  '*\n',
  'a\nb.jsonl',
  'x\u001b[31m.jsonl',
  '*.zst',
  'rollout-2026-11-22T12-00-00-x.jsonl',
  `rollout-2026-11-22T12-00-00-${UNKNOWN_ID}.jsonl`,
  `rollout-2026-13-45T99-00-00-${UNKNOWN_ID}.jsonl`,
  `../rollout-2026-11-22T12-00-00-${UNKNOWN_ID}.jsonl`,
  '../../../../archived_sessions/*',
  '../../../2019/02/31/*',
  `${'n'.repeat(240)}.jsonl`,
]

export const homeDamage: fc.Arbitrary<HomeDamage> = fc.oneof(
  fc.record({ do: fc.constantFrom('remove', 'become-folder'), file }),
  fc.record({ do: fc.constantFrom('swap', 'copy-over'), file, other: file }),
  { weight: 4, arbitrary: fc.record({ do: fc.constant('edit'), file, edits: byteEdits }) },
  fc.record({ do: fc.constant('link'), file, to: fc.constantFrom(...linkTargets) }),
  fc.record({ do: fc.constantFrom('rename', 'copy'), file, to: fc.constantFrom(...names) }),
  fc.record({
    do: fc.constant('compress'),
    file,
    edits: fc.oneof(fc.constant([]), byteEdits),
  }),
  fc.record({ do: fc.constant('forbid'), file, folder: fc.boolean() }),
)

const values = ["''", 'NULL', "x'00ff'", '-1', '1e308', "'\u0000'", "'../../etc'", 'zeroblob(9)']
const columns = ['id', 'rollout_path', 'created_at', 'created_at_ms', 'updated_at', 'source']
const moreColumns = ['model_provider', 'cwd', 'title', 'archived', 'archived_at', 'git_branch']
const statements = [
  'DROP TABLE threads',
  'DROP TABLE _sqlx_migrations',
  'DELETE FROM threads',
  'CREATE TABLE more (x)',
  'DROP INDEX IF EXISTS idx_threads_created_at',
  "INSERT INTO sqlite_sequence VALUES ('threads', 9223372036854775807)",
  'PRAGMA user_version = -1',
  "PRAGMA encoding = 'UTF-16'",
  'PRAGMA journal_mode = WAL',
  'PRAGMA journal_mode = DELETE',
  'ALTER TABLE threads RENAME TO thread',
  'CREATE VIEW v AS SELECT * FROM nothing',
  'CREATE TRIGGER t AFTER INSERT ON threads BEGIN SELECT 1; END',
  ...[...columns, ...moreColumns].flatMap((column) => [
    `ALTER TABLE threads DROP COLUMN ${column}`,
    `ALTER TABLE threads RENAME COLUMN ${column} TO was_${column}`,
    ...values.map((value) => `UPDATE OR IGNORE threads SET ${column} = ${value}`),
  ]),
]

export const databaseDamage: fc.Arbitrary<DatabaseDamage> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('flip'),
      at: fc.nat({ max: 1_000_000 }),
      bits: fc.integer({ min: 1, max: 255 }),
    }),
  },
  fc.record({ do: fc.constant('cut'), at: fc.integer({ min: 0, max: 1000 }) }),
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('sql'), statement: fc.constantFrom(...statements) }),
  },
  fc.record({
    do: fc.constant('leave'),
    suffix: fc.constantFrom('-wal', '-journal', '-shm'),
    bytes: fc.oneof(
      fc.constantFrom('', '\x37\x7f\x06\x82\x00\x2d\xe2\x18', '\xd9\xd5\x05\xf9\x20\xa1\x63\xd7'),
      fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    ),
  }),
)

/** Files of a home, links among them, in the order of their paths. */
function filesOf(home: string, folder = ''): string[] {
  return readdirSync(join(home, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesOf(home, path) : [path]
    })
    .toSorted()
}

/**
 * Does it, but for what `forbidPlaces` does. What cannot be done to the home as it is by now is
 * left out.
 */
export function damageHome(home: string, damage: HomeDamage): void {
  const files = filesOf(home)
  const pick = (number: number): string => join(home, files[number % files.length] ?? '')
  if (files.length === 0) return
  const path = pick(damage.file)
  switch (damage.do) {
    case 'remove':
      return rmSync(path)
    case 'become-folder':
      rmSync(path)
      mkdirSync(path)
      return
    case 'swap': {
      const other = pick(damage.other)
      renameSync(path, `${home}.swap`)
      if (other !== path) renameSync(other, path)
      return renameSync(`${home}.swap`, other)
    }
    case 'copy-over':
      return copyOver(path, pick(damage.other))
    case 'edit':
      if (lstatSync(path).isFile()) writeFileSync(path, edited(readFileSync(path), damage.edits))
      return
    case 'link':
      rmSync(path)
      return symlinkSync(damage.to, path)
    case 'rename':
    case 'copy': {
      const to = join(dirname(path), damage.to.replace('*', basename(path)))
      if (!to.startsWith(home)) return
      mkdirSync(dirname(to), { recursive: true })
      return damage.do === 'rename' ? renameSync(path, to) : copyOver(to, path)
    }
    case 'compress':
      if (!lstatSync(path).isFile() || !path.endsWith('.jsonl')) return
      writeFileSync(`${path}.zst`, edited(zstdCompressSync(readFileSync(path)), damage.edits))
      return rmSync(path)
    case 'forbid':
  }
}

/** Takes the right to read from places of a home, and says how to give it back. */
export function forbidPlaces(home: string, damages: readonly HomeDamage[]): () => void {
  const files = filesOf(home).map((path) => join(home, path))
  const paths = damages.flatMap((damage) => {
    const path = damage.do === 'forbid' ? files[damage.file % files.length] : undefined
    if (damage.do !== 'forbid' || path === undefined || !lstatSync(path).isFile()) return []
    return [damage.folder ? dirname(path) : path]
  })
  // What lies deeper comes first: nothing can be done in a folder that is forbidden already.
  const modes = [...new Set(paths)]
    .toSorted((a, b) => b.length - a.length)
    .map((path) => [path, statSync(path).mode] as const)
  for (const [path] of modes) chmodSync(path, 0)
  return () => {
    for (const [path, mode] of modes.toReversed()) chmodSync(path, mode)
  }
}

function copyOver(to: string, from: string): void {
  if (to === from || !lstatSync(from).isFile()) return
  rmSync(to, { force: true })
  copyFileSync(from, to)
}

/** Does it to the state database. SQL that does not fit the database as it is by now is left out. */
export function damageDatabase(path: string, damage: DatabaseDamage): void {
  switch (damage.do) {
    case 'flip': {
      const bytes = readFileSync(path)
      const at = damage.at % Math.max(1, bytes.length)
      bytes[at] = (bytes[at] ?? 0) ^ damage.bits
      return writeFileSync(path, bytes)
    }
    case 'cut': {
      const bytes = readFileSync(path)
      return writeFileSync(path, bytes.subarray(0, (bytes.length * damage.at) / 1000))
    }
    case 'sql':
      return run(path, damage.statement)
    case 'leave':
      writeFileSync(path + damage.suffix, Buffer.from(damage.bytes, 'latin1'))
  }
}

function run(path: string, statement: string): void {
  const database = new Database(path)
  try {
    database.unsafeMode()
    database.pragma('writable_schema = ON')
    database.exec(statement)
  } catch (reason) {
    if (!(reason instanceof Database.SqliteError)) throw reason
  } finally {
    database.close()
  }
}
