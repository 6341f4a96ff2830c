import { ThreadStoreError } from '../../../store/errors.js'

/** Takes the exclusive lock of an open file at once, or says that somebody else has it. */
export type TryLock = (fd: number) => boolean

const LOCK_EX = 2
const LOCK_NB = 4

let loaded: Promise<TryLock> | null = null

/**
 * `flock(2)`, which Codex locks with and Node does not offer. Closing the file, or the death of the
 * process, lets go of the lock. On Windows, where there is no `flock`, it always succeeds.
 */
export function loadTryLock(): Promise<TryLock> {
  loaded ??= process.platform === 'win32' ? Promise.resolve(() => true) : bindFlock()
  return loaded
}

async function bindFlock(): Promise<TryLock> {
  const { default: koffi } = await import('koffi')
  // Not a library by name: every process has its C library loaded, whatever that is called.
  const flock = koffi.load(null).func('int flock(int fd, int operation)') as (
    fd: number,
    operation: number,
  ) => number
  const { EAGAIN, EWOULDBLOCK, EINTR } = koffi.os.errno
  return (fd) => {
    for (;;) {
      if (flock(fd, LOCK_EX | LOCK_NB) === 0) return true
      const code = koffi.errno()
      if (code === EAGAIN || code === EWOULDBLOCK) return false
      if (code !== EINTR) throw cannotLock(code)
    }
  }
}

function cannotLock(code: number): ThreadStoreError {
  return new ThreadStoreError(
    'INTERNAL',
    `this file system does not lock files: flock failed with error ${code}`,
    { reason: 'storage' },
  )
}
