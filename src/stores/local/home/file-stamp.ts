import { type BigIntStats, statSync } from 'node:fs'
import { isoMillis } from '../../../host/clock.js'

/** What tells two states of one file apart without reading it. */
export interface FileStamp {
  readonly dev: bigint
  readonly ino: bigint
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
}

/** The stamp of a file, or `null` when there is none, or none to be looked at. */
export function stampOf(path: string): FileStamp | null {
  const stats = statsOf(path)
  // What is no file may never end, as a device, or never begin, as a pipe.
  return stats?.isFile() === true ? stats : null
}

/** What the operating system says of a path; `null` where it leads nowhere. */
export function statsOf(path: string): BigIntStats | null {
  try {
    return statSync(path, { bigint: true })
  } catch {
    return null
  }
}

export function sameStamp(a: FileStamp | null, b: FileStamp | null): boolean {
  if (a === null || b === null) return a === b
  return (
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs &&
    a.size === b.size &&
    a.ino === b.ino &&
    a.dev === b.dev
  )
}

/** One text for one state of a file: its fingerprint. */
export function printStamp({ dev, ino, size, mtimeNs, ctimeNs }: FileStamp): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':')
}

/** The same for as long as nobody writes to the file, also when it is moved or its mode changes. */
export function contentStamp({ dev, ino, size, mtimeNs }: FileStamp): string {
  return [dev, ino, size, mtimeNs].join(':')
}

/** ISO 8601 UTC with nanoseconds, as far as the file system keeps them. */
export function printMtime(stats: Pick<FileStamp, 'mtimeNs'>): string {
  const ms = Number(stats.mtimeNs / 1_000_000n)
  const rest = String(stats.mtimeNs % 1_000_000n).padStart(6, '0')
  return `${isoMillis(ms).slice(0, -1)}${rest}Z`
}
