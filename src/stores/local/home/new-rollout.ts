import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { localTime } from '../../../host/clock.js'
import { type RolloutName, dayFolder, printRolloutName } from './rollout-name.js'
import type { RolloutEntry } from './rollout-tree.js'
import { writeFailed } from './rollout-writer.js'

/** Where a new rollout of a home lies. */
export function newRolloutEntry(home: string, name: RolloutName, archived: boolean): RolloutEntry {
  const folder = archived ? 'archived_sessions' : `sessions/${dayFolder(name)}`
  const file = `${folder}/${printRolloutName(name)}`
  return { ...name, file, path: join(home, file), archived }
}

/** Local time as Codex puts it into names: `2026-11-22T12-43-57`. */
export function rolloutTime(ms: number): string {
  return localTime(ms).replaceAll(':', '-')
}

/**
 * Makes a rollout file with its first lines. It appears whole or not at all; the caller has made
 * sure that there is no other of its name.
 */
export function createRolloutFile(path: string, lines: Buffer): void {
  mkdirSync(dirname(path), { recursive: true })
  const staged = stagedPath(path)
  try {
    const fd = openSync(staged, 'w')
    try {
      for (let written = 0; written < lines.length;) written += writeSync(fd, lines, written)
    } finally {
      closeSync(fd)
    }
    renameSync(staged, path)
  } catch (reason) {
    throw writeFailed(path, reason)
  } finally {
    rmSync(staged, { force: true })
  }
}

/** A name beside a file that neither Codex nor this store takes for a rollout. */
export function stagedPath(path: string): string {
  return hidden(path, '.threadstore.tmp')
}

/** Where a rollout is kept while its thread is being deleted: no reader takes it for a rollout. */
export function removedPath(path: string): string {
  return hidden(path, '.removed.threadstore.tmp')
}

/** Where a rollout is kept while an import puts another file in its place. */
export function replacedPath(path: string): string {
  return hidden(path, '.replaced.threadstore.tmp')
}

/** Beside a rollout whose thread has no row yet because it is being imported. */
export function arrivingPath(path: string): string {
  return hidden(path, '.arriving.threadstore.tmp')
}

function hidden(path: string, suffix: string): string {
  const parts = path.split('/')
  const name = parts.pop() ?? ''
  return [...parts, `.${name}${suffix}`].join('/')
}
