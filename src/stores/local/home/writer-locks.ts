import { closeSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ThreadId } from '../../../protocol/thread-id.js'
import { alreadyLive } from '../../../store/errors.js'
import { openLocked, withFileLock } from './file-lock.js'
import { loadTryLock } from './flock.js'
import { writerLockHolder } from './held-locks.js'

/** The right to write one thread, for as long as it is held. */
export interface WriterLock {
  release(): Promise<void>
}

/** Codex's own name for the lock that guards the folder of locks. */
const COORDINATION = '.coordination.lock'

/**
 * One writer per thread across processes, in the way of Codex: an exclusive `flock` on a file of the
 * thread's name, removed when the writer is done. Files that a killed process left mean nothing.
 */
export class WriterLocks {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** `CONFLICT {already-live}`, with the owner where the system knows it, when somebody has it. */
  async acquire(threadId: ThreadId): Promise<WriterLock> {
    const lock = await this.tryAcquire(threadId)
    if (lock !== null) return lock
    const holder = writerLockHolder(this.#folder, threadId)
    throw alreadyLive(threadId, holder && holder.pid > 0 ? `process ${holder.pid}` : undefined)
  }

  /** The lock, or `null` when somebody has it. */
  async tryAcquire(threadId: ThreadId): Promise<WriterLock | null> {
    const path = join(this.#folder, `${threadId}.lock`)
    const tryLock = await loadTryLock()
    const fd = await this.#coordinated(() => openLocked(path, tryLock))
    if (fd === null) return null
    return { release: () => this.#release(path, fd) }
  }

  async #release(path: string, fd: number): Promise<void> {
    await this.#coordinated(() => {
      rmSync(path, { force: true })
      closeSync(fd)
    })
  }

  /** Runs `act` while nobody else opens or removes files of the folder. */
  #coordinated<T>(act: () => T): Promise<T> {
    mkdirSync(this.#folder, { recursive: true })
    return withFileLock(join(this.#folder, COORDINATION), act)
  }
}
