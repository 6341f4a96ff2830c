import { closeSync, fstatSync, openSync, rmSync, statSync } from 'node:fs'
import { systemClock } from '../../../host/clock.js'
import { ThreadStoreError } from '../../../store/errors.js'
import { type TryLock, loadTryLock } from './flock.js'

/** Others hold these locks for the time of a few system calls. */
const PATIENCE_MS = 5000
const PAUSE_MS = 2

/** Runs `act` while holding the exclusive lock of a file, as Codex does around what it shares. */
export async function withFileLock<T>(path: string, act: () => T | Promise<T>): Promise<T> {
  const fd = await lockedFile(path)
  try {
    return await act()
  } finally {
    closeSync(fd)
  }
}

/**
 * The same with a file that is gone afterwards. Only for locks of our own: whoever waits for one has
 * to look whether the file it locked is still the one at that path, and Codex does not.
 */
export async function withPassingLock<T>(path: string, act: () => T | Promise<T>): Promise<T> {
  return withFileLock(path, async () => {
    try {
      return await act()
    } finally {
      rmSync(path, { force: true })
    }
  })
}

/** Opens a file with its lock; `null` when somebody else has it, or removed the file meanwhile. */
export function openLocked(path: string, tryLock: TryLock): number | null {
  const fd = openSync(path, 'a')
  let held = false
  try {
    held = tryLock(fd) && isStillThere(path, fd)
  } finally {
    if (!held) closeSync(fd)
  }
  return held ? fd : null
}

async function lockedFile(path: string): Promise<number> {
  const tryLock = await loadTryLock()
  // What is waited for is another process, so the machine's own clock counts.
  for (let waited = 0; waited <= PATIENCE_MS; waited += PAUSE_MS) {
    const fd = openLocked(path, tryLock)
    if (fd !== null) return fd
    await systemClock.sleep(PAUSE_MS)
  }
  throw stuck(path)
}

/** A lock on a file that was removed meanwhile keeps nobody out. */
function isStillThere(path: string, fd: number): boolean {
  return statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino
}

function stuck(path: string): ThreadStoreError {
  return new ThreadStoreError(
    'RETRYABLE',
    `${path} stays locked; another process seems to be stopped`,
    { reason: 'timeout' },
  )
}
