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
  | 'ARCHIVE_MISMATCH'
  | 'HISTORY_MODE_MISMATCH'
  | 'NAME_MISMATCH'
  | 'INDEX_ENTRY_UNKNOWN'
  | 'INDEX_LINE_UNREADABLE'
  | 'NEVER_LISTED'
  | 'DUPLICATE_ROLLOUT'
  | 'ODD_NAME'
  | 'LINK_IGNORED'
  | 'LEFTOVER'
  | 'UNREADABLE_FOLDER'
  | 'UNREADABLE_ROLLOUT'
  | 'DATABASE_MISSING'
  | 'DATABASE_UNREADABLE'

/** Every finding about a home as a whole; findings about lines are in `findingKinds`. */
export const homeFindingKinds: Readonly<Record<HomeFindingCode, HomeFindingKind>> = {
  ROW_MISSING: {
    severity: 'warning',
    measured: 'a rollout has no row in the state database, so Codex does not list its thread',
    expected: 'one row per thread',
    remedy: 'read the thread once with Codex, which adds the row',
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
    remedy:
      'none for a migration; Codex itself cannot resume a paginated thread until it is repaired',
  },
  ROW_PATH_SHARED: {
    severity: 'error',
    measured: 'several rows name one rollout',
    expected: 'a rollout of its own for each thread',
    remedy: 'remove the rows whose id is not in the name of the file',
  },
  ARCHIVE_MISMATCH: {
    severity: 'warning',
    measured: 'a row and the folder of its rollout disagree about the thread being archived',
    expected: 'archived rows for archived_sessions, others for sessions',
    remedy: 'archive or unarchive the thread once; until then the folder counts',
  },
  HISTORY_MODE_MISMATCH: {
    severity: 'warning',
    measured: 'a row and its rollout disagree about how the history is written',
    expected: 'the history_mode of the first session_meta',
    remedy: 'codex migrate-rollouts --apply, after a backup; until then the rollout counts',
  },
  NAME_MISMATCH: {
    severity: 'info',
    measured: 'the index of names has a name that the row has not, as after a rebuilt database',
    expected: 'the newest name in both',
    remedy: 'name the thread again',
  },
  INDEX_ENTRY_UNKNOWN: {
    severity: 'info',
    measured: 'the index of names has a name for a thread that is not there',
    expected: 'names of threads that exist',
    remedy: null,
  },
  INDEX_LINE_UNREADABLE: {
    severity: 'warning',
    measured: 'a line of the index of names is no entry',
    expected: 'an id and a name per line',
    remedy: null,
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
    remedy: 'compare them, keep one, and move the others out of the home',
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
  LEFTOVER: {
    severity: 'info',
    measured: 'a temporary file or a backup lies among the rollouts',
    expected: 'rollouts only',
    remedy: null,
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
    remedy: null,
  },
  DATABASE_UNREADABLE: {
    severity: 'error',
    measured: 'a database cannot be read; threads are found without it, what only it knew is not',
    expected: 'a database that SQLite opens',
    remedy: 'stop Codex and try again; if it is corrupt, move it aside and Codex rebuilds it',
  },
}
