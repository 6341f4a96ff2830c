import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isoMillis } from '../../../host/clock.js'
import { insideHome } from '../home/home-paths.js'
import { writeFailed } from '../home/rollout-writer.js'
import type { OpenHome } from '../open-home.js'

/** Where copies go, inside the home: one folder per repair, named after its time. */
const BACKUPS = 'threadstore-backups'

/**
 * Copies files to a new folder of their own, under their places in the home, times included; returns
 * the folder, or `null` when there is nothing to copy.
 */
export function backUp(home: OpenHome, paths: Iterable<string>): string | null {
  const present = [...new Set(paths)].filter((path) => existsSync(path))
  if (present.length === 0) return null
  const time = isoMillis(home.clock.now()).replaceAll(/[:.]/g, '-')
  const folder = join(home.paths.home, BACKUPS, time)
  try {
    for (const path of present) copyInto(home, folder, path)
  } catch (reason) {
    rmSync(folder, { recursive: true, force: true })
    throw writeFailed(folder, reason)
  }
  return folder
}

function copyInto({ paths }: OpenHome, folder: string, path: string): void {
  // Databases may lie outside of the home.
  const copy = join(folder, insideHome(paths.home, path) ?? join('sqlite', basename(path)))
  mkdirSync(dirname(copy), { recursive: true })
  copyFileSync(path, copy, constants.COPYFILE_FICLONE)
  const { atime, mtime } = statSync(path)
  utimesSync(copy, atime, mtime)
}
