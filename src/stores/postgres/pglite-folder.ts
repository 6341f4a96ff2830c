import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname, join, resolve, basename } from 'node:path'
import type { PostgresDriver } from '../../host/postgres.js'
import { ThreadStoreError } from '../../store/errors.js'

/** A database of this process, and who uses it. */
interface SharedDatabase {
  readonly driver: Promise<PostgresDriver>
  handles: number
}

const databases = new Map<string, SharedDatabase>()

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
  const shared = databases.get(folder) ?? { driver: openLocked(folder, open), handles: 0 }
  databases.set(folder, shared)
  shared.handles += 1
  const release = async (): Promise<void> => {
    shared.handles -= 1
    if (shared.handles > 0) return
    databases.delete(folder)
    await (await shared.driver).close()
    rmSync(lockOf(folder), { force: true })
  }
  try {
    return { driver: await shared.driver, release }
  } catch (reason) {
    databases.delete(folder)
    throw reason
  }
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

/** The folder with links resolved; it may not be there yet. */
function realFolder(dir: string): string {
  const path = resolve(dir)
  mkdirSync(dirname(path), { recursive: true })
  return join(realpathSync(dirname(path)), basename(path))
}

function lockOf(folder: string): string {
  return `${folder}.lock`
}

function lock(folder: string): void {
  for (;;) {
    try {
      const file = openSync(lockOf(folder), 'wx')
      writeSync(file, String(process.pid))
      closeSync(file)
      return
    } catch (reason) {
      if ((reason as NodeJS.ErrnoException).code !== 'EEXIST') throw reason
      refuseIfAlive(folder)
      rmSync(lockOf(folder), { force: true })
    }
  }
}

function refuseIfAlive(folder: string): void {
  const pid = Number(readFileSync(lockOf(folder), 'utf8'))
  // Whoever has just made the file may not have written into it yet.
  if (pid !== 0 && !isAlive(pid)) return
  throw new ThreadStoreError(
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
    return (reason as NodeJS.ErrnoException).code === 'EPERM'
  }
}
