import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeFailed } from '../home/rollout-writer.js'

/** A folder outside of any home, for copies; gone when it is removed. */
export interface Scratch {
  /** A new, empty folder in it. */
  newFolder(): string
  remove(): void
}

/** A scratch folder that comes into being when it is first needed. */
export function createScratch(parent: string = tmpdir()): Scratch {
  let root: string | null = null
  let count = 0
  return {
    newFolder() {
      try {
        root ??= mkdtempSync(join(parent, 'threadstore-'))
        count += 1
        const folder = join(root, String(count))
        mkdirSync(folder)
        return folder
      } catch (reason) {
        throw writeFailed(root ?? parent, reason)
      }
    },
    remove() {
      if (root !== null) rmSync(root, { recursive: true, force: true })
      root = null
    },
  }
}
