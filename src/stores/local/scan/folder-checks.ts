import { existsSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type HomeThread, rowPath } from '../home-index.js'
import { statsOf } from '../home/file-stamp.js'
import { type RolloutFolder, rolloutFolders } from '../home/home-paths.js'
import { dayFolder } from '../home/rollout-name.js'
import type { RolloutEntry } from '../home/rollout-tree.js'
import type { OpenHome } from '../open-home.js'

/** The folders of rollouts that should be there and are not: a disk is missing, not the threads. */
export function unreachableFolders(
  home: OpenHome,
  threads: ReadonlyMap<string, HomeThread>,
): RolloutFolder[] {
  const missing = rolloutFolders.filter((folder) => !existsSync(join(home.paths.home, folder)))
  return missing.filter((folder) => {
    const place = join(home.paths.home, folder)
    const isLink = lstatSync(place, { throwIfNoEntry: false }) !== undefined
    return isLink || [...threads.values()].some(({ row }) => rowPath(row)?.includes(`/${folder}/`))
  })
}

/** Threads at which `codex migrate-rollouts` was interrupted. */
export function interruptedMigrations(home: OpenHome): string[] {
  const folder = join(home.paths.home, 'rollout-migrations')
  // Whatever is no folder that can be read holds no journal of a migration.
  const names = statsOf(folder)?.isDirectory() === true ? readdirSync(folder) : []
  const pending = names.filter((name) => name.endsWith('.pending'))
  return pending.map((name) => name.slice(0, -'.pending'.length))
}

/** The folder in which Codex's lists look for a rollout. */
export function properFolder(entry: RolloutEntry): string {
  return entry.archived ? 'archived_sessions' : `sessions/${dayFolder(entry)}`
}

/** Whether a rollout lies where Codex's lists do not look. */
export function isMisplaced(entry: RolloutEntry): boolean {
  return entry.file.slice(0, entry.file.lastIndexOf('/')) !== properFolder(entry)
}
