import { statSync } from 'node:fs'
import { isoMillis } from '../../../host/clock.js'

/** What tells two states of one file apart without reading it. */
export interface FileStamp {
  readonly dev: bigint
  readonly ino: bigint
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
}

/** The stamp of a file, or `null` when there is none. */
export function stampOf(path: string): FileStamp | null {
  return statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null
}

export function sameStamp(a: FileStamp | null, b: FileStamp | null): boolean {
  if (a === null || b === null) return a === b
  return printStamp(a) === printStamp(b)
}

/** One text for one state of a file: its fingerprint. */
export function printStamp({ dev, ino, size, mtimeNs, ctimeNs }: FileStamp): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':')
}

/** ISO 8601 UTC with nanoseconds, as far as the file system keeps them. */
export function printMtime(stats: Pick<FileStamp, 'mtimeNs'>): string {
  const ms = Number(stats.mtimeNs / 1_000_000n)
  const rest = String(stats.mtimeNs % 1_000_000n).padStart(6, '0')
  return `${isoMillis(ms).slice(0, -1)}${rest}Z`
}
