import {
  type Stats,
  closeSync,
  fstatSync,
  ftruncateSync,
  fdatasync,
  openSync,
  writeSync,
} from 'node:fs'
import { promisify } from 'node:util'
import { ThreadStoreError, conflict } from '../../../store/errors.js'
import { endsTorn } from './file-end.js'
import { errorCode } from './unreadable.js'

const LINE_FEED = 0x0a
const syncData = promisify(fdatasync)

/**
 * The end of one rollout file. Whole batches go in with one write each; a write that fails part of
 * the way is taken back, so that it can be tried again.
 */
export class RolloutWriter {
  readonly path: string
  readonly #fd: number
  /** What the file's size is, as long as nobody else appends to it. */
  #size: number
  #torn: boolean
  /** Whether something has been written that may not have reached the device. */
  #dirty: boolean

  /** Opens a file that exists; `fresh` says that it was only just written. */
  constructor(path: string, fresh = false) {
    this.path = path
    this.#dirty = fresh
    // 'a+' can also read, which finding out how the file ends takes.
    this.#fd = openSync(path, 'a+')
    this.#size = fstatSync(this.#fd).size
    this.#torn = endsTorn(this.#fd, this.#size)
  }

  get size(): number {
    return this.#size
  }

  /**
   * Whether somebody else has appended since: releases before August 2026 take no lock. What is
   * known of the file's end has to be found out again. Ask before every append.
   */
  refresh(): boolean {
    const { size } = this.#stats()
    if (size === this.#size) return false
    this.#size = size
    this.#torn = endsTorn(this.#fd, size)
    return true
  }

  /** Appends lines, first ending a last line that was cut off; all of them or none. */
  append(lines: Buffer): void {
    const bytes = this.#torn ? Buffer.concat([Buffer.of(LINE_FEED), lines]) : lines
    let written = 0
    try {
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written)
    } catch (reason) {
      this.#takeBack(written, reason)
    }
    this.#size += bytes.length
    this.#torn = false
    this.#dirty = true
  }

  /** Returns when what was appended has reached the device. */
  async flush(): Promise<void> {
    if (!this.#dirty) return
    this.#dirty = false
    try {
      await syncData(this.#fd)
    } catch (reason) {
      this.#dirty = true
      throw writeFailed(this.path, reason)
    }
  }

  close(): void {
    closeSync(this.#fd)
  }

  #stats(): Stats {
    const stats = fstatSync(this.#fd)
    if (stats.nlink === 0) {
      throw conflict('writer-lost', `${this.path} was removed while it was being written`)
    }
    return stats
  }

  /** Cuts off what a failed write left, unless somebody else has written behind it. */
  #takeBack(written: number, reason: unknown): never {
    if (written > 0) {
      const intact = fstatSync(this.#fd).size === this.#size + written
      if (intact) ftruncateSync(this.#fd, this.#size)
      else this.refresh()
    }
    throw writeFailed(this.path, reason)
  }
}

/** The error for a write that did not happen. */
export function writeFailed(path: string, reason: unknown): ThreadStoreError {
  const text = reason instanceof Error ? reason.message : String(reason)
  const [code, details] = isStorageFull(reason)
    ? (['RESOURCE_EXHAUSTED', { reason: 'storage-full' }] as const)
    : (['INTERNAL', { reason: 'storage' }] as const)
  return new ThreadStoreError(code, `cannot write ${path}: ${text}`, details, { cause: reason })
}

/** Whether there is no room for what was to be written. */
export function isStorageFull(reason: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(errorCode(reason) ?? '')
}
