import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Who holds a lock on a file. */
interface LockHolder {
  readonly pid: number
}

const LOCKS = '/proc/locks'

/**
 * Who holds the writer's lock of a thread, as Codex takes it, without taking it: `undefined` when
 * nobody does, or when this system does not say. A lock file that nobody holds means nothing.
 */
export function writerLockHolder(writerLocks: string, threadId: string): LockHolder | undefined {
  const stats = statSync(join(writerLocks, `${threadId}.lock`), { throwIfNoEntry: false })
  return stats === undefined ? undefined : lockHolder(readLocks(), stats.ino)
}

/**
 * Finds a file's lock in the kernel's table. A device is spelled differently there than in what
 * `stat` says on some file systems, so the inode decides; Codex's lock files have one each.
 */
export function lockHolder(table: string, inode: number): LockHolder | undefined {
  for (const line of table.split('\n')) {
    // 1: FLOCK  ADVISORY  WRITE 4242 08:01:131 0 EOF
    const match = /^\d+: (?:FLOCK|OFDLCK) .* (-?\d+) [0-9a-f]+:[0-9a-f]+:(\d+) /.exec(line)
    if (match !== null && Number(match[2]) === inode) return { pid: Number(match[1]) }
  }
  return undefined
}

function readLocks(): string {
  try {
    return readFileSync(LOCKS, 'utf8')
  } catch {
    return ''
  }
}
