import { constants, copyFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import Database from 'better-sqlite3'
import { ThreadStoreError } from '../../../store/errors.js'
import { type FileStamp, printStamp, stampOf } from '../home/file-stamp.js'
import { isStorageFull, writeFailed } from '../home/rollout-writer.js'
import type { Scratch } from './scratch.js'
import { prepared } from './statements.js'

/** The databases of a home that hold facts about threads; `thread_history` can be derived. */
export const databaseStems = ['state', 'goals', 'queue', 'memories'] as const
export type DatabaseStem = (typeof databaseStems)[number] | 'thread_history'

/** Files that belong to a database beside its own. */
const companions = ['-wal', '-journal'] as const

/** A connection, and the state of the original that it shows. */
interface OpenDatabase {
  readonly db: Database.Database
  readonly path: string
  readonly stamp: string
  readonly copy: DatabaseCopy | null
}

/** A copy of a database in a folder of its own. */
interface DatabaseCopy {
  readonly folder: string
  readonly path: string
  /** The state of the original. */
  readonly stamp: string
}

interface Problem {
  readonly message: string
  /** The state of the file that has it. */
  readonly stamp: string
  readonly corrupt: boolean
}

/** How often a database that is being written is copied anew before giving up. */
const COPY_ATTEMPTS = 5

const BUSY_TIMEOUT_MS = 5000

/**
 * One SQLite database of a Codex home. With a scratch folder it is never opened where it lies,
 * because opening a database in WAL mode changes files; instead a copy is opened, made anew
 * whenever the original has changed.
 */
export class CodexDatabase {
  readonly stem: DatabaseStem
  readonly #folder: string
  readonly #scratch: Scratch | null
  #open: OpenDatabase | null = null
  #problem: Problem | null = null
  #version = 0
  #file: { readonly changed: bigint; readonly path: string | null } | null = null
  #dataVersion: unknown = null

  constructor(stem: DatabaseStem, folder: string, scratch: Scratch | null) {
    this.stem = stem
    this.#folder = folder
    this.#scratch = scratch
  }

  /** Why the database cannot be used though it is there. */
  get problem(): string | null {
    return this.#problem?.message ?? null
  }

  /** Whether the problem is the content itself, which no waiting will mend. */
  get corrupt(): boolean {
    return this.#problem?.corrupt ?? false
  }

  /** The file, whether or not it can be used; `null` when there is none. */
  file(): string | null {
    // Looked up again only when a name in the folder has come or gone.
    const changed = statSync(this.#folder, { bigint: true }).mtimeNs
    if (this.#file?.changed !== changed) {
      this.#file = { changed, path: newestDatabase(this.#folder, this.stem) }
    }
    return this.#file.path
  }

  /** A connection to what the database holds now, or `null` when it is absent or unusable. */
  connection(): Database.Database | null {
    const path = this.file()
    if (path === null) {
      this.#close()
      this.#problem = null
      return null
    }
    const stamp = this.#scratch === null ? identity(path) : contentStamp(path)
    if (this.#problem?.stamp === stamp) return null
    if (this.#open?.path === path && this.#open.stamp === stamp) return this.#open.db
    this.#close()
    return this.#reopen(path, stamp)
  }

  /**
   * What `read` makes of the content, or `otherwise` when there is none that can be read. Damage,
   * and tables that are not as they have to be, are remembered as the problem; a database that is
   * locked too long is worth another try.
   */
  use<T>(read: (db: Database.Database) => T, otherwise: T): T {
    const db = this.connection()
    if (db === null) return otherwise
    try {
      return read(db)
    } catch (reason) {
      if (!(reason instanceof Database.SqliteError)) throw reason
      if (/^SQLITE_(CORRUPT|NOTADB|IOERR|ERROR)/.test(reason.code)) {
        const message = this.#describe(reason)
        this.#problem = { message, stamp: this.#open?.stamp ?? '', corrupt: isCorrupt(reason) }
        this.#close()
        return otherwise
      }
      throw databaseError(reason, this.#describe(reason))
    }
  }

  /** A number that is another one whenever the content may be another one. */
  version(): number {
    const dataVersion = this.use((db) => prepared(db, 'PRAGMA data_version').pluck().get(), null)
    if (dataVersion !== this.#dataVersion) {
      this.#dataVersion = dataVersion
      this.#version += 1
    }
    return this.#version
  }

  /** A connection to write to, or the error that says why there is none. */
  writable(): Database.Database {
    const db = this.connection()
    if (db !== null) return db
    const message = this.problem ?? `there is no ${this.stem} database`
    throw new ThreadStoreError('INTERNAL', message, { reason: 'storage' })
  }

  /** Runs `change` in a transaction that nobody can come between; SQLite's errors become ours. */
  change<T>(change: (db: Database.Database) => T): T {
    const db = this.writable()
    try {
      return db.transaction(() => change(db)).immediate()
    } catch (reason) {
      if (!(reason instanceof Database.SqliteError)) throw reason
      throw databaseError(reason, this.#describe(reason))
    } finally {
      this.touch()
    }
  }

  /** Says that this process has changed the content, which a connection does not see of itself. */
  touch(): void {
    this.#version += 1
  }

  close(): void {
    this.#close()
  }

  #reopen(path: string, stamp: string): Database.Database | null {
    this.#version += 1
    this.#dataVersion = null
    let copy: DatabaseCopy | null = null
    try {
      if (stampOf(path) === null) throw new TypeError('it is no file that can be read')
      copy = this.#scratch && copied(path, this.#scratch)
      const options = { timeout: BUSY_TIMEOUT_MS, fileMustExist: true }
      const db = new Database(copy?.path ?? path, options)
      // What Codex runs with: a commit survives the process, and the log keeps the file intact.
      db.pragma('synchronous = NORMAL')
      // Reads the schema, so that a file that is no database is known as such from the start.
      db.prepare('SELECT count(*) FROM sqlite_master').get()
      this.#open = { db, path, stamp: copy?.stamp ?? stamp, copy }
      this.#problem = null
      return db
    } catch (reason) {
      if (copy !== null) remove(copy.folder)
      // Where there is no room for a copy, nothing is wrong with the original.
      if (ThreadStoreError.is(reason)) throw reason
      const message = `${basename(path)}: ${messageOf(reason)}`
      if (isBusy(reason)) throw databaseError(reason, message)
      this.#problem = { message, stamp, corrupt: isCorrupt(reason) }
      return null
    }
  }

  #describe(reason: Error): string {
    return `${basename(this.#open?.path ?? this.stem)}: ${reason.message}`
  }

  #close(): void {
    const open = this.#open
    this.#open = null
    open?.db.close()
    if (open?.copy) remove(open.copy.folder)
  }
}

/** The database of a stem with the highest version number: `state_5.sqlite`. */
function newestDatabase(folder: string, stem: DatabaseStem): string | null {
  let newest: string | null = null
  let highest = -1
  for (const name of readdirSync(folder)) {
    const number = new RegExp(`^${stem}_(\\d+)\\.sqlite$`).exec(name)?.[1]
    if (number !== undefined && Number(number) > highest) {
      highest = Number(number)
      newest = join(folder, name)
    }
  }
  return newest
}

function copied(path: string, scratch: Scratch): DatabaseCopy {
  for (let attempt = 1; ; attempt += 1) {
    const stamp = contentStamp(path)
    const folder = scratch.newFolder()
    const copy = join(folder, basename(path))
    for (const suffix of ['', ...companions]) copyPart(path + suffix, copy + suffix)
    // Copied in one piece only if nothing moved meanwhile; otherwise the parts may not fit.
    if (contentStamp(path) === stamp || attempt === COPY_ATTEMPTS) {
      return { folder, path: copy, stamp }
    }
    remove(folder)
  }
}

function copyPart(from: string, to: string): void {
  if (stampOf(from) === null) return
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE)
  } catch (reason) {
    throw isStorageFull(reason) ? writeFailed(to, reason) : reason
  }
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

function contentStamp(path: string): string {
  return ['', ...companions].map((suffix) => print(stampOf(path + suffix))).join(' ')
}

/** Which file it is, whatever is in it. */
function identity(path: string): string {
  const stamp = stampOf(path)
  return stamp === null ? '' : `${stamp.dev}:${stamp.ino}`
}

function print(stamp: FileStamp | null): string {
  return stamp === null ? '-' : printStamp(stamp)
}

function isBusy(reason: unknown): reason is InstanceType<typeof Database.SqliteError> {
  return reason instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(reason.code)
}

function isCorrupt(reason: unknown): boolean {
  return reason instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(reason.code)
}

/** What a failure of SQLite means to a caller. */
function databaseError(reason: { readonly code: string }, message: string): ThreadStoreError {
  const cause = { cause: reason }
  if (/^SQLITE_(BUSY|LOCKED)/.test(reason.code)) {
    return new ThreadStoreError('RETRYABLE', message, { reason: 'contention' }, cause)
  }
  if (reason.code === 'SQLITE_FULL') {
    return new ThreadStoreError('RESOURCE_EXHAUSTED', message, { reason: 'storage-full' }, cause)
  }
  return new ThreadStoreError('INTERNAL', message, { reason: 'storage' }, cause)
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason)
}
