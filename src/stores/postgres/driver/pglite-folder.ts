import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import type { PostgresDriver } from '../../../host/postgres.js'
import { ThreadStoreError } from '../../../store/errors.js'
import { InTurn } from '../../../store/in-turn.js'
import { codeOf } from './connection-error.js'

/** A database of this process, and how many handles use it. */
interface SharedDatabase {
  readonly driver: PostgresDriver
  handles: number
}

const databases = new Map<string, SharedDatabase>()
/** A folder is opened once it has been closed, and closed once it has been opened. */
const turns = new InTurn()

/** A driver that a handle has while it is open. */
interface BorrowedDriver {
  readonly driver: PostgresDriver
  /** Lets go of it; the last one closes the database. */
  readonly release: () => Promise<void>
}

/**
 * The driver over the database in a folder. PGlite knows nothing of others that have the same files
 * open, and two of them ruin it: handles of one process share one, another process is refused.
 */
export async function borrowDatabase(
  dir: string,
  open: (dir: string) => Promise<PostgresDriver>,
): Promise<BorrowedDriver> {
  const folder = realFolder(dir)
  return turns.run(folder, async () => {
    const shared = databases.get(folder) ?? { driver: await openLocked(folder, open), handles: 0 }
    databases.set(folder, shared)
    shared.handles += 1
    const release = (): Promise<void> => turns.run(folder, () => giveBack(folder, shared))
    return { driver: shared.driver, release }
  })
}

async function giveBack(folder: string, shared: SharedDatabase): Promise<void> {
  shared.handles -= 1
  if (shared.handles > 0) return
  databases.delete(folder)
  await shared.driver.close()
  rmSync(lockOf(folder), { force: true })
}

async function openLocked(
  folder: string,
  open: (dir: string) => Promise<PostgresDriver>,
): Promise<PostgresDriver> {
  lock(folder)
  try {
    return await open(folder)
  } catch (reason) {
    rmSync(lockOf(folder), { force: true })
    throw reason
  }
}

/** The folder with links resolved, made when it is not there. */
function realFolder(dir: string): string {
  mkdirSync(dir, { recursive: true })
  return realpathSync(dir)
}

function lockOf(folder: string): string {
  return `${folder}.lock`
}

function lock(folder: string): void {
  while (!createLock(folder)) {
    const holder = holderOf(lockOf(folder))
    // Whoever has just made the file may not have written into it yet.
    if (holder === 0 || (holder !== null && isAlive(holder))) throw openElsewhere(folder, holder)
    if (holder !== null) removeLeft(folder, holder)
  }
}

function createLock(folder: string): boolean {
  try {
    const file = openSync(lockOf(folder), 'wx')
    writeSync(file, String(process.pid))
    closeSync(file)
    return true
  } catch (reason) {
    if (codeOf(reason) === 'EEXIST') return false
    throw reason
  }
}

/** The process that made a lock, 0 when it has not said so yet; `null` when there is none. */
function holderOf(lockFile: string): number | null {
  try {
    return Number(readFileSync(lockFile, 'utf8'))
  } catch (reason) {
    if (codeOf(reason) === 'ENOENT') return null
    throw reason
  }
}

/** Removes the lock of a process that is gone, unless somebody else has done so and made a new one. */
function removeLeft(folder: string, gone: number): void {
  const taken = `${lockOf(folder)}.${process.pid}`
  try {
    renameSync(lockOf(folder), taken)
  } catch (reason) {
    if (codeOf(reason) === 'ENOENT') return
    throw reason
  }
  if (holderOf(taken) === gone) rmSync(taken, { force: true })
  else renameSync(taken, lockOf(folder))
}

function openElsewhere(folder: string, pid: number): ThreadStoreError {
  return new ThreadStoreError(
    'RETRYABLE',
    `the database in ${folder} is open in process ${pid}; an embedded database is for one at a time`,
    { reason: 'unavailable' },
  )
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (reason) {
    return codeOf(reason) === 'EPERM'
  }
}
