import { writeFileSync } from 'node:fs'
import { UnreachableError } from '../usage/failures.js'

/** Writes all of a text to an open file; where there is no room, the file is named. */
export function writeWhole(fd: number, file: string, text: string): void {
  try {
    writeFileSync(fd, text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UnreachableError(`${file} cannot be written: ${reason}`, { cause: error })
  }
}
