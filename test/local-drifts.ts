import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import {
  corruptState,
  duplicateIntoArchive,
  pointRowOutside,
  removeRollout,
  removeRow,
  withWal,
} from './support/damage.js'
import { listThreads, newestThread, settleTimes, withState } from './support/homes.js'

// What drifts apart in a home of 0.169.0, by the code under which a scan finds it.

/** What a repair puts right. */
export const repairable: Readonly<Record<string, (home: string) => unknown>> = {
  ROW_MISSING: removeRow,
  ROW_PATH_STALE: (home) => set(home, { rollout_path: `/gone${newestPath(home)}` }),
  ROW_PATH_FOREIGN: (home) => set(home, { rollout_path: join(home, other(home).rolloutPath) }),
  ARCHIVE_MISMATCH: (home) => set(home, { archived: 1 }),
  HISTORY_MODE_MISMATCH: (home) => set(home, { history_mode: 'legacy' }),
  PREVIEW_MISSING: (home) => set(home, { preview: '', title: '', first_user_message: '' }),
  NAME_MISMATCH: (home) => {
    const entry = { id: newestThread(home).id, thread_name: 'From the index', updated_at: '' }
    appendFileSync(join(home, 'session_index.jsonl'), `${JSON.stringify(entry)}\n`)
  },
  DUPLICATE_ROLLOUT: duplicateIntoArchive,
  MISPLACED_ROLLOUT: (home) => {
    const path = newestPath(home)
    renameSync(path, join(home, 'sessions', basename(path)))
  },
  UNTERMINATED_LINE: (home) => truncateSync(newestPath(home), statSync(newestPath(home)).size - 1),
  BOM: (home) => {
    const path = newestPath(home)
    writeFileSync(path, Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), readFileSync(path)]))
    settleTimes(home)
  },
  WAL_LEFT: withWal,
  DATABASE_UNREADABLE: corruptState,
  DATABASE_MISSING: (home) => renameSync(join(home, 'state_5.sqlite'), join(home, 'moved.sqlite')),
}

/** What a repair says of, and leaves as it is. */
export const lasting: Readonly<Record<string, (home: string) => unknown>> = {
  ROLLOUT_MISSING: removeRollout,
  ROW_PATH_OUTSIDE: pointRowOutside,
  FOLDER_UNREACHABLE: (home) => {
    renameSync(join(home, 'sessions'), join(home, 'unmounted'))
    symlinkSync('/nowhere/sessions', join(home, 'sessions'))
  },
  ORPHAN_ROWS: (home) =>
    withState(home, (state) =>
      state
        .prepare('INSERT INTO thread_spawn_edges VALUES (?, ?, ?)')
        .run('01a20348-0000-7000-8000-000000000001', newestThread(home).id, 'open'),
    ),
  DATABASE_DAMAGED: damageIndex,
  BACKFILL_UNFINISHED: (home) =>
    withState(home, (state) => state.exec("UPDATE backfill_state SET status = 'running'")),
  MIGRATION_INTERRUPTED: (home) => {
    mkdirSync(join(home, 'rollout-migrations'))
    writeFileSync(join(home, 'rollout-migrations', `${newestThread(home).id}.pending`), '')
  },
  INDEX_ENTRY_UNKNOWN: (home) => {
    const entry = { id: '01a20348-0000-7000-8000-000000000001', thread_name: 'x', updated_at: '' }
    appendFileSync(join(home, 'session_index.jsonl'), `${JSON.stringify(entry)}\n`)
  },
  TORN_TAIL: (home) => truncateSync(newestPath(home), statSync(newestPath(home)).size - 9),
  LEFTOVER: (home) => copyFileSync(newestPath(home), `${newestPath(home)}.bak`),
}

function newestPath(home: string): string {
  return join(home, newestThread(home).rolloutPath)
}

function other(home: string): { readonly rolloutPath: string } {
  const newest = newestThread(home)
  const found = listThreads(home).find(
    ({ id, rolloutPath }) => id !== newest.id && rolloutPath.startsWith('sessions/'),
  )
  if (found === undefined) throw new Error('the home has one thread only')
  return found
}

function set(home: string, columns: Readonly<Record<string, string | number>>): void {
  const assignments = Object.keys(columns).map((column) => `${column} = ?`)
  withState(home, (state) =>
    state
      .prepare(`UPDATE threads SET ${assignments.join(', ')} WHERE id = ?`)
      .run(...Object.values(columns), newestThread(home).id),
  )
  settleTimes(home)
}

/** An index whose entries are not what its table has, as a broken disk leaves them. */
function damageIndex(home: string): void {
  withState(home, (state) => {
    state.exec('CREATE INDEX by_title ON threads (title)')
    state.unsafeMode(true)
    state.pragma('writable_schema = ON')
    const sql = 'CREATE INDEX by_title ON threads (preview || title)'
    state.prepare('UPDATE sqlite_master SET sql = ? WHERE name = ?').run(sql, 'by_title')
  })
}
