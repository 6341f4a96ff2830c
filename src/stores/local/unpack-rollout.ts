import { chmodSync, createWriteStream, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stagedPath } from './home/new-rollout.js'
import { readRolloutBytes } from './home/rollout-bytes.js'
import { printRolloutName } from './home/rollout-name.js'
import type { RolloutEntry } from './home/rollout-tree.js'

/**
 * Puts a plain file in the place of a compressed one, so that it can be appended to. Its time and
 * mode stay; until the plain file is whole the compressed one is what counts.
 */
export async function unpackRollout(entry: RolloutEntry): Promise<RolloutEntry> {
  if (!entry.compressed) return entry
  const plain = plainEntry(entry)
  const stats = statSync(entry.path)
  const staged = stagedPath(plain.path)
  try {
    await pipeline(Readable.from(readRolloutBytes(entry)), createWriteStream(staged))
    chmodSync(staged, stats.mode)
    utimesSync(staged, stats.atime, stats.mtime)
    renameSync(staged, plain.path)
  } finally {
    rmSync(staged, { force: true })
  }
  rmSync(entry.path)
  return plain
}

function plainEntry(entry: RolloutEntry): RolloutEntry {
  const name = printRolloutName({ ...entry, compressed: false })
  const inFolder = (path: string): string => `${path.slice(0, path.lastIndexOf('/') + 1)}${name}`
  return { ...entry, compressed: false, file: inFolder(entry.file), path: inFolder(entry.path) }
}
