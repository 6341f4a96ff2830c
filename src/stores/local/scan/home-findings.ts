import type { FindingSeverity } from '../../../history/findings.js'

/** What is said of every finding of one code. */
export interface HomeFindingKind {
  readonly severity: FindingSeverity
  /** What was measured, for a person. */
  readonly measured: string
  readonly expected: string
  /** What to do about it; `null` when nothing needs doing. */
  readonly remedy: string | null
}

/** Something in a home that is not as it should be, as often as it was found. */
export interface HomeFinding extends HomeFindingKind {
  readonly code: string
  readonly count: number
  /** Some of the places, `SAMPLES_MAX` at most: ids or paths inside the home. */
  readonly samples: readonly string[]
}

/** Places that a finding names. */
export const SAMPLES_MAX = 5

/** The name of a finding about a home; new ones may be added, none changes its meaning. */
export type HomeFindingCode =
  | 'ROW_MISSING'
  | 'ROLLOUT_MISSING'
  | 'ROW_PATH_STALE'
  | 'ROW_PATH_SHARED'
  | 'ROW_PATH_FOREIGN'
  | 'ROW_PATH_OUTSIDE'
  | 'ARCHIVE_MISMATCH'
  | 'HISTORY_MODE_MISMATCH'
  | 'NAME_MISMATCH'
  | 'INDEX_ENTRY_UNKNOWN'
  | 'INDEX_LINE_UNREADABLE'
  | 'INDEX_UNREADABLE'
  | 'NEVER_LISTED'
  | 'PREVIEW_MISSING'
  | 'ORPHAN_ROWS'
  | 'DUPLICATE_ROLLOUT'
  | 'MISPLACED_ROLLOUT'
  | 'ODD_NAME'
  | 'LINK_IGNORED'
  | 'SPECIAL_FILE'
  | 'LEFTOVER'
  | 'FOLDER_UNREACHABLE'
  | 'UNREADABLE_FOLDER'
  | 'UNREADABLE_ROLLOUT'
  | 'DATABASE_MISSING'
  | 'DATABASE_UNREADABLE'
  | 'DATABASE_DAMAGED'
  | 'WAL_LEFT'
  | 'BACKFILL_UNFINISHED'
  | 'MIGRATION_INTERRUPTED'

/** Every finding about a home as a whole; findings about lines are in `findingKinds`. */
export const homeFindingKinds: Readonly<Record<HomeFindingCode, HomeFindingKind>> = {
  ROW_MISSING: {
    severity: 'warning',
    measured: 'a rollout has no row in the state database, so Codex does not list its thread',
    expected: 'one row per thread',
    remedy: 'scan --repair adds it; so does reading the thread once with Codex, without its name',
  },
  ROLLOUT_MISSING: {
    severity: 'error',
    measured: 'a row names a thread whose rollout is gone',
    expected: 'a rollout per row',
    remedy: 'put the file back from a backup; nothing can be migrated but the row',
  },
  ROW_PATH_STALE: {
    severity: 'warning',
    measured: 'a row says that its rollout lies somewhere else, as after a home was moved',
    expected: 'the path of the file',
    remedy: 'scan --repair; until then Codex cannot resume a paginated thread',
  },
  ROW_PATH_SHARED: {
    severity: 'error',
    measured: 'several rows name one rollout',
    expected: 'a rollout of its own for each thread',
    remedy: 'scan --repair, for the threads that have a rollout of their own',
  },
  ROW_PATH_FOREIGN: {
    severity: 'error',
    measured: 'a row names a rollout that is, by its name, another thread’s',
    expected: 'a rollout with the id of the row in its name',
    remedy:
      'scan --repair, if the thread has a rollout of its own; else put that back from a backup',
  },
  ROW_PATH_OUTSIDE: {
    severity: 'error',
    measured: 'a row names a file outside of the home; Codex may follow it, this store does not',
    expected: 'a rollout in sessions or archived_sessions',
    remedy: 'move the file to its place in the home, then scan --repair',
  },
  ARCHIVE_MISMATCH: {
    severity: 'warning',
    measured: 'a row and the folder of its rollout disagree about the thread being archived',
    expected: 'archived rows for archived_sessions, others for sessions',
    remedy: 'scan --repair lets the row follow the folder, which counts until then too',
  },
  HISTORY_MODE_MISMATCH: {
    severity: 'warning',
    measured: 'a row and its rollout disagree about how the history is written',
    expected: 'the history_mode of the first session_meta',
    remedy: 'scan --repair lets the row follow the rollout, which counts until then too',
  },
  NAME_MISMATCH: {
    severity: 'info',
    measured: 'the index of names has a name that the row has not, as after a rebuilt database',
    expected: 'the newest name in both',
    remedy: 'scan --repair: a row without a name gets this one, else the index gets the row’s',
  },
  INDEX_ENTRY_UNKNOWN: {
    severity: 'info',
    measured: 'the index of names has a name for a thread that is not there',
    expected: 'names of threads that exist',
    remedy: null,
  },
  ORPHAN_ROWS: {
    severity: 'info',
    measured: 'a row of another table is about a thread that has neither a row nor a rollout',
    expected: 'goals, edges and the like of threads that are there',
    remedy: 'none needed; nothing reads it, and it counts again should the thread come back',
  },
  PREVIEW_MISSING: {
    severity: 'warning',
    measured:
      'a row has no preview though its rollouts hold a user message; Codex hides the thread',
    expected: 'the first user message',
    remedy: 'scan --repair fills it in',
  },
  INDEX_LINE_UNREADABLE: {
    severity: 'warning',
    measured: 'a line of the index of names is no entry',
    expected: 'an id and a name per line',
    remedy: null,
  },
  INDEX_UNREADABLE: {
    severity: 'error',
    measured: 'the index of names cannot be read; names that only it has are not there',
    expected: 'a file, and permission to read it',
    remedy: 'run as the owner of the home, or put the file back from a backup',
  },
  NEVER_LISTED: {
    severity: 'info',
    measured: 'a row has no preview, and Codex lists none without',
    expected: 'the first user message',
    remedy: null,
  },
  DUPLICATE_ROLLOUT: {
    severity: 'warning',
    measured: 'a rollout lies in several files; one is read, the others are ignored',
    expected: 'one file per rollout',
    remedy: 'scan --repair moves equal ones aside; of others compare, keep one, move the rest away',
  },
  MISPLACED_ROLLOUT: {
    severity: 'warning',
    measured: 'a rollout lies in a folder in which the lists of Codex do not look',
    expected: 'sessions/YYYY/MM/DD, or archived_sessions itself',
    remedy: 'scan --repair moves it to its place',
  },
  ODD_NAME: {
    severity: 'warning',
    measured: 'a file looks like a rollout and is not named like one, so it is ignored',
    expected: 'rollout-<time>-<id>.jsonl',
    remedy: 'move it out of the home, or give it the name its session_meta asks for',
  },
  LINK_IGNORED: {
    severity: 'warning',
    measured: 'a rollout or a folder of rollouts is a link, and links are not followed',
    expected: 'files inside the home',
    remedy: 'put the file where the link is',
  },
  SPECIAL_FILE: {
    severity: 'warning',
    measured: 'a pipe, a socket or a device lies among the rollouts; it is not opened',
    expected: 'files',
    remedy: 'move it out of the home',
  },
  LEFTOVER: {
    severity: 'info',
    measured: 'a temporary file or a backup lies among the rollouts',
    expected: 'rollouts only',
    remedy: null,
  },
  FOLDER_UNREACHABLE: {
    severity: 'error',
    measured:
      'a folder of rollouts is not there, though rows name files in it, as with a lost disk',
    expected: 'the folder, or a link to one',
    remedy: 'mount the disk it lies on; nothing is changed until then',
  },
  UNREADABLE_FOLDER: {
    severity: 'error',
    measured: 'a folder of rollouts cannot be read',
    expected: 'permission to read',
    remedy: 'run as the owner of the home',
  },
  UNREADABLE_ROLLOUT: {
    severity: 'error',
    measured: 'a rollout cannot be read to its end',
    expected: 'a readable file, and one that decompresses if it is compressed',
    remedy: 'run as the owner of the home, or put the file back from a backup',
  },
  DATABASE_MISSING: {
    severity: 'info',
    measured: 'there is no state database; what only it knew is not there',
    expected: 'state_5.sqlite',
    remedy: 'scan --repair makes one from the rollouts and the names',
  },
  DATABASE_UNREADABLE: {
    severity: 'error',
    measured: 'a database cannot be read; threads are found without it, what only it knew is not',
    expected: 'a database that SQLite opens',
    remedy:
      'stop Codex and try again; a corrupt state database scan --repair moves aside and makes anew',
  },
  DATABASE_DAMAGED: {
    severity: 'error',
    measured: 'a database opens, and the check of SQLite finds damage in it',
    expected: 'ok',
    remedy:
      'stop Codex and put it back from a backup, or through the .recover of the sqlite3 shell',
  },
  WAL_LEFT: {
    severity: 'info',
    measured: 'a write-ahead log was left by a process that was killed; what it says counts',
    expected: 'a log only while a process has the database open',
    remedy:
      'scan --repair, or the next start of Codex, writes it into the database; never delete it',
  },
  BACKFILL_UNFINISHED: {
    severity: 'warning',
    measured: 'Codex has not finished making rows from rollouts; it waits for that when it starts',
    expected: 'a backfill that is complete',
    remedy: 'start Codex and let it finish',
  },
  MIGRATION_INTERRUPTED: {
    severity: 'warning',
    measured: 'codex migrate-rollouts was interrupted at this thread',
    expected: 'no journal in rollout-migrations',
    remedy: 'run it again, after a backup; the rollout is as it was',
  },
}
