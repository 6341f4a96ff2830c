import type { CrashPoint } from '../src/store/crash-point.js'
import type { ThreadStore } from '../src/store/thread-store.js'

/** What a subject is told about the storage it has to open. */
export interface SubjectContext {
  /**
   * Names the storage: `[a-z0-9_]`, at most 40 characters, begins with a letter. What is stored
   * under one name is invisible under every other; a name is never used for a second case.
   */
  readonly scope: string
}

/** Another operating-system process that can open the storages of a subject. */
export interface SubjectProcess {
  /** Opens another handle on the storage of a scope, beside those that are open elsewhere. */
  openSecond(context: SubjectContext): Promise<ThreadStore>
  /** Opens the storage of a scope again that nobody has open any more. */
  reopen(context: SubjectContext): Promise<ThreadStore>
  /**
   * Makes it end by itself, as `kill -9` does, inside a call. Absent: it is killed from outside, at
   * moments that cannot be chosen as well.
   */
  crash?(point: CrashPoint): Promise<void>
  /** Ends it at once, as `kill -9` does, and waits until it is gone. */
  kill(): Promise<void>
  /** Asks it to end and waits until it is gone. */
  close(): Promise<void>
}

/** Limits a subject is honest about, so that it is not failed for them. */
export interface SubjectLimits {
  /** @defaultValue 10 000 */
  readonly caseTimeoutMs?: number
  /** How far the store's clock may be from ours. @defaultValue 5 000 */
  readonly clockSkewMs?: number
  /** Runs of a law when nothing else is asked for. @defaultValue 30 */
  readonly runs?: number
}

/** The store being tested, described once. */
export interface StoreSubject {
  readonly name: string
  readonly version?: string
  /** Opens the first handle on fresh storage. */
  open(context: SubjectContext): Promise<ThreadStore>
  /**
   * Opens the storage of a scope again, after all its handles were closed. Absent: what has to
   * survive that is unproved.
   */
  reopen?(context: SubjectContext): Promise<ThreadStore>
  /**
   * Opens another handle on the storage of a scope, beside those that are open. Absent: what
   * handles promise each other is unproved.
   */
  openSecond?(context: SubjectContext): Promise<ThreadStore>
  /**
   * Starts another process for the storages of this subject. Absent: what processes promise each
   * other, and what has to survive their end, is unproved.
   */
  spawn?(): Promise<SubjectProcess>
  /** Removes the storage of a scope, after all its handles were closed. */
  destroy?(context: SubjectContext): Promise<void>
  readonly limits?: SubjectLimits
}

/** Ways into a storage that a subject may or may not offer. */
export type SubjectDoor = 'reopen' | 'openSecond' | 'spawn'
