import { compareText } from '../../../store/thread-filter.js'
import type { RolloutId } from '../../../protocol/thread-id.js'
import { printRolloutName } from './rollout-name.js'
import type { RolloutEntry } from './rollout-tree.js'

/** The files of one thread, sorted out. */
export interface ThreadFiles {
  /** One file per rollout, oldest name first. */
  readonly rollouts: readonly RolloutEntry[]
  /** Further files of the same rollouts, which nothing reads. */
  readonly duplicates: readonly RolloutEntry[]
}

/**
 * Decides which file stands for a rollout that has several: the one its row names, else the plain
 * one over the compressed, the active one over the archived, the newer name over the older.
 */
export function chooseRollouts(
  entries: readonly RolloutEntry[],
  rowPath: string | null,
): ThreadFiles {
  // Nearly every thread is one file, and lists go through all of them.
  if (entries.length < 2) return { rollouts: entries, duplicates: [] }
  const rollouts: RolloutEntry[] = []
  const duplicates: RolloutEntry[] = []
  const byRollout = Map.groupBy(entries, (entry) => entry.rolloutId)
  for (const files of byRollout.values()) {
    const [first, ...others] = files.toSorted((a, b) => preference(a, b, rowPath))
    if (first !== undefined) rollouts.push(first)
    duplicates.push(...others)
  }
  return { rollouts: rollouts.toSorted(byName), duplicates }
}

/** Whether a row's path means this file: homes move, and files are compressed where they lie. */
function isRowPath(entry: RolloutEntry, rowPath: string | null): boolean {
  if (rowPath === null) return false
  const parts = rowPath.split(/[/\\]/)
  const archived = parts.at(-2) === 'archived_sessions'
  const fileName = (parts.at(-1) ?? '').replace(/\.zst$/, '')
  return (
    archived === entry.archived && fileName === printRolloutName({ ...entry, compressed: false })
  )
}

/**
 * The rollout that a thread ends with: the one its row names, else the newest one that no other
 * rollout of the thread begins from.
 */
export function chooseCurrent(
  rollouts: readonly RolloutEntry[],
  rowPath: string | null,
  baseOf: (entry: RolloutEntry) => RolloutId | null,
): RolloutEntry | null {
  if (rollouts.length < 2) return rollouts[0] ?? null
  const named = rollouts.filter((entry) => isRowPath(entry, rowPath))
  if (named.length > 0) return named.at(-1) ?? null
  const bases = new Set(rollouts.map(baseOf))
  const ends = rollouts.filter((entry) => !bases.has(entry.rolloutId))
  return (ends.length > 0 ? ends : rollouts).at(-1) ?? null
}

function preference(a: RolloutEntry, b: RolloutEntry, rowPath: string | null): number {
  return (
    Number(isRowPath(b, rowPath)) - Number(isRowPath(a, rowPath)) ||
    Number(a.compressed) - Number(b.compressed) ||
    Number(a.archived) - Number(b.archived) ||
    -byName(a, b)
  )
}

/** By time of day in the name, then by id, which for rollouts of a revert is a time as well. */
function byName(a: RolloutEntry, b: RolloutEntry): number {
  return compareText(a.time, b.time) || compareText(a.rolloutId, b.rolloutId)
}
