import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'

const LINE_FEED = 0x0a

/** Whether an open file of a known size ends in the middle of a line. */
export function endsTorn(fd: number, size: number): boolean {
  if (size === 0) return false
  const last = Buffer.alloc(1)
  readSync(fd, last, 0, 1, size - 1)
  return last[0] !== LINE_FEED
}

/** The same of a file by its path; one that is not there ends well. */
export function fileEndsTorn(path: string): boolean {
  if (!existsSync(path)) return false
  const fd = openSync(path, 'r')
  try {
    return endsTorn(fd, fstatSync(fd).size)
  } finally {
    closeSync(fd)
  }
}
