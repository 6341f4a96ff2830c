import Database from 'better-sqlite3'
import {
  closeSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { fixturePath } from './fixtures.js'
import { type HomeThread, newestThread, settleTimes, withState } from './homes.js'
import { temporaryFolder } from './temporary-folder.js'

// One function for each thing that goes wrong with a whole home. All of them work on a copy from `copyHome`, say what
// they did it to, and leave times behind that are the same in every run.

/** The thread is in `sessions/` and, with the same bytes, in `archived_sessions/`. */
export function duplicateIntoArchive(home: string): HomeThread & { duplicatePath: string } {
  const thread = newestThread(home)
  const duplicatePath = join('archived_sessions', basename(thread.rolloutPath))
  cpSync(join(home, thread.rolloutPath), join(home, duplicatePath))
  settleTimes(home)
  return { ...thread, duplicatePath }
}

/** A second file of the thread, under a name that is no rollout's. */
export function duplicateUnderBadName(home: string): HomeThread & { duplicatePath: string } {
  const thread = newestThread(home)
  const duplicatePath = join(dirname(thread.rolloutPath), 'rollout-copy-of-something.jsonl')
  cpSync(join(home, thread.rolloutPath), join(home, duplicatePath))
  settleTimes(home)
  return { ...thread, duplicatePath }
}

/** What `codex migrate-rollouts` leaves when it is killed: a staged copy, half written, and its journal. */
export function leaveMigrationTemp(home: string): HomeThread & { temporaryPath: string } {
  const thread = newestThread(home)
  const { rolloutPath } = thread
  const temporaryPath = join(dirname(rolloutPath), `.${basename(rolloutPath)}.paginated.tmp`)
  const bytes = readFileSync(join(home, rolloutPath))
  writeFileSync(join(home, temporaryPath), bytes.subarray(0, bytes.length / 2))
  writeInto(home, join('rollout-migrations', `${thread.id}.pending`), '')
  settleTimes(home)
  return { ...thread, temporaryPath }
}

/** A copy somebody made by hand beside the rollout. */
export function leaveBackup(home: string): HomeThread & { backupPath: string } {
  const thread = newestThread(home)
  const backupPath = `${thread.rolloutPath}.bak`
  cpSync(join(home, thread.rolloutPath), join(home, backupPath))
  settleTimes(home)
  return { ...thread, backupPath }
}

/** Lock files nobody holds, as every Codex that was killed leaves them. */
export function leaveStaleLocks(home: string): readonly string[] {
  const locks = [
    join('thread-writer-locks', `${newestThread(home).id}.lock`),
    join('thread-writer-locks', '.coordination.lock'),
    join('.tmp', 'rollout-maintenance.lock'),
    join('.tmp', 'rollout-compression.lock'),
    'session_index.jsonl.lock',
  ]
  for (const lock of locks) writeInto(home, lock, '')
  settleTimes(home)
  return locks
}

/** A row whose rollout is gone. */
export function removeRollout(home: string): HomeThread {
  const thread = newestThread(home)
  rmSync(join(home, thread.rolloutPath))
  settleTimes(home)
  return thread
}

/** A rollout whose row is gone. */
export function removeRow(home: string): HomeThread {
  const thread = newestThread(home)
  withState(home, (state) => state.prepare('DELETE FROM threads WHERE id = ?').run(thread.id))
  settleTimes(home)
  return thread
}

/** A row that points out of the home, at a file that exists. */
export function pointRowOutside(home: string): HomeThread & { outsidePath: string } {
  const thread = newestThread(home)
  const outsidePath = moveOutside(home, thread)
  withState(home, (state) =>
    state.prepare('UPDATE threads SET rollout_path = ? WHERE id = ?').run(outsidePath, thread.id),
  )
  settleTimes(home)
  return { ...thread, outsidePath }
}

/** A rollout that is a link to a file outside of the home. */
export function linkOutside(home: string): HomeThread & { outsidePath: string } {
  const thread = newestThread(home)
  const outsidePath = moveOutside(home, thread)
  symlinkSync(outsidePath, join(home, thread.rolloutPath))
  settleTimes(home)
  return { ...thread, outsidePath }
}

/** A database that opens, and fails at the first row: the pages after the schema are noise. */
export function corruptState(home: string): void {
  const path = join(home, 'state_5.sqlite')
  const file = openSync(path, 'r+')
  const noise = Buffer.alloc(statSync(path).size - PAGE_BYTES, 0xa5)
  writeSync(file, noise, 0, noise.length, PAGE_BYTES)
  closeSync(file)
  settleTimes(home)
}

/** A database that is none: text where the header should be. */
export function replaceState(home: string): void {
  writeFileSync(join(home, 'state_5.sqlite'), 'this is not a database\n'.repeat(400))
  settleTimes(home)
}

/** A database that ends in the middle, as after a full disk. */
export function truncateState(home: string): void {
  const path = join(home, 'state_5.sqlite')
  truncateSync(path, Math.floor(statSync(path).size / PAGE_BYTES / 2) * PAGE_BYTES)
  settleTimes(home)
}

/** A database left by a Codex that was killed: the row of the newest thread is in the write-ahead log only. */
export function withWal(home: string): HomeThread {
  const thread = newestThread(home)
  const path = join(home, 'state_5.sqlite')
  const state = new Database(path)
  try {
    state.pragma('journal_mode = WAL')
    state.pragma('wal_autocheckpoint = 0')
    const row = state.prepare('SELECT * FROM threads WHERE id = ?').get(thread.id) as object
    state.prepare('DELETE FROM threads WHERE id = ?').run(thread.id)
    state.pragma('wal_checkpoint(TRUNCATE)')
    const columns = Object.keys(row)
    state
      .prepare(
        `INSERT INTO threads (${columns.join(', ')})
         VALUES (${columns.map((column) => `@${column}`).join(', ')})`,
      )
      .run(row)
    // Closing would write the log back, so the files are taken while they are open.
    for (const suffix of WAL_FILES) copyFileSync(`${path}${suffix}`, `${path}${suffix}.killed`)
  } finally {
    state.close()
  }
  for (const suffix of WAL_FILES) renameSync(`${path}${suffix}.killed`, `${path}${suffix}`)
  settleTimes(home)
  return thread
}

/** A thread with one line of so many bytes; Codex's own migration drops lines above 16 MiB. */
export function addLongLine(home: string, bytes: number): HomeThread {
  const thread = { id: LONG_ID, rolloutPath: madePath(LONG_ID) }
  const [meta = '', ...rest] = goodLines(LONG_ID)
  const head =
    '{"timestamp":"2026-11-22T11:59:47.672Z","type":"response_item","payload":{"type":"message",' +
    '"role":"assistant","content":[{"type":"output_text","text":"'
  const tail = '"}]}}'
  const line = `${head}${'x'.repeat(bytes - head.length - tail.length)}${tail}`
  writeInto(home, thread.rolloutPath, `${[meta, line, ...rest].join('\n')}\n`)
  settleTimes(home)
  return thread
}

/** A compressed rollout of a few kilobytes that grows to `bytes` when it is read. */
export function addZstdBomb(home: string, bytes: number): HomeThread {
  const thread = { id: BOMB_ID, rolloutPath: `${madePath(BOMB_ID)}.zst` }
  const good = Buffer.from(`${goodLines(BOMB_ID).join('\n')}\n`)
  const content = Buffer.alloc(bytes, ' ')
  good.copy(content)
  writeInto(home, thread.rolloutPath, zstdCompressSync(content))
  settleTimes(home)
  return thread
}

const PAGE_BYTES = 4096
const WAL_FILES = ['', '-wal', '-shm']
const LONG_ID = '01a20320-714f-73f0-98d5-da00000010a6'
const BOMB_ID = '01a20320-714f-73f0-98d5-da000000b03b'

function madePath(id: string): string {
  return join('sessions', '2026', '11', '22', `rollout-2026-11-22T11-59-47-${id}.jsonl`)
}

/** The lines of an undamaged rollout, as those of another thread. */
function goodLines(id: string): readonly string[] {
  const text = readFileSync(fixturePath('damaged', 'good-legacy.jsonl'), 'utf8')
  return text
    .replaceAll(/01a20320-714f-73f0-98d5-da\d+/g, id)
    .trimEnd()
    .split('\n')
}

function moveOutside(home: string, { rolloutPath: path }: HomeThread): string {
  const outsidePath = join(temporaryFolder(), basename(path))
  renameSync(join(home, path), outsidePath)
  return outsidePath
}

function writeInto(home: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(home, path)), { recursive: true })
  writeFileSync(join(home, path), content)
}
