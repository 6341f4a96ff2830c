import type { RolloutId, ThreadId } from '../../../protocol/thread-id.js'

/** What the name of a rollout file says. */
export interface RolloutName {
  readonly threadId: ThreadId
  /** The thread's id, or for a segment begun by a revert an id of its own. */
  readonly rolloutId: RolloutId
  /** Local time at which the rollout was begun: `2026-11-22T11-59-46`. */
  readonly time: string
  readonly compressed: boolean
}

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const pattern = new RegExp(
  `^rollout-(\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d)-(${uuid})(?:_(${uuid}))?\\.jsonl(\\.zst)?$`,
)

/** Reads a file's name; `null` for one that Codex would not have given to a rollout. */
export function parseRolloutName(fileName: string): RolloutName | null {
  const match = pattern.exec(fileName)
  if (match === null) return null
  const [, time = '', threadId = '', segment, zst] = match
  return { threadId, rolloutId: segment ?? threadId, time, compressed: zst !== undefined }
}

/** Prints the name of a rollout file. */
export function printRolloutName(name: RolloutName): string {
  const segment = name.rolloutId === name.threadId ? '' : `_${name.rolloutId}`
  return `rollout-${name.time}-${name.threadId}${segment}.jsonl${name.compressed ? '.zst' : ''}`
}

/** The folder of a file under `sessions`, which its name decides: `2026/11/22`. */
export function dayFolder(name: RolloutName): string {
  return name.time.slice(0, 10).replaceAll('-', '/')
}

/**
 * Whether a file that is no rollout by its name may hold one: hand-made copies and other tools'
 * files. Codex's own temporary files and editors' backups are not.
 */
export function resemblesRollout(fileName: string): boolean {
  return !fileName.startsWith('.') && /\.jsonl(\.zst)?$/.test(fileName)
}
