import { closeSync, openSync } from 'node:fs'
import { systemClock } from '../../../host/clock.js'
import { ThreadStoreError } from '../../../store/errors.js'
import { loadTryLock } from './flock.js'

/** Others hold these locks for the time of a few system calls. */
const PATIENCE_MS = 5000
const PAUSE_MS = 2

/** Runs `act` while holding the exclusive lock of a file, as Codex does around what it shares. */
export async function withFileLock<T>(path: string, act: () => T | Promise<T>): Promise<T> {
  const tryLock = await loadTryLock()
  const fd = openSync(path, 'a')
  try {
    // What is waited for is another process, so the machine's own clock counts.
    for (let waited = 0; !tryLock(fd); waited += PAUSE_MS) {
      if (waited >= PATIENCE_MS) throw stuck(path)
      await systemClock.sleep(PAUSE_MS)
    }
    return await act()
  } finally {
    closeSync(fd)
  }
}

function stuck(path: string): ThreadStoreError {
  return new ThreadStoreError(
    'RETRYABLE',
    `${path} stays locked; another process seems to be stopped`,
    { reason: 'timeout' },
  )
}
