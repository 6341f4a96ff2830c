import type { JsonObject } from '../src/protocol/json.js'
import type { ThreadStore } from '../src/store/thread-store.js'

/** What a subject is told about the storage it has to open. */
export interface SubjectContext {
  /**
   * Names the storage: `[a-z0-9_]`, at most 40 characters, begins with a letter. What is stored
   * under one name is invisible under every other; a name is never used for a second case.
   */
  readonly scope: string
}

/** How a child process gets a handle: it imports `module` and awaits `openStore(options)`. */
export interface ChildSubject {
  /** A `file:` URL or a package specifier. */
  readonly module: string
  readonly options: JsonObject
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
  /** Says how a child process opens the storage. Absent: what has to survive it is unproved. */
  spawn?(context: SubjectContext): ChildSubject | Promise<ChildSubject>
  /** Removes the storage of a scope, after all its handles were closed. */
  destroy?(context: SubjectContext): Promise<void>
  readonly limits?: SubjectLimits
}

/** Ways into a storage that a subject may or may not offer. */
export type SubjectDoor = 'reopen' | 'openSecond' | 'spawn'
