import Table from 'cli-table3'
import type { ThreadOutcome } from '../../migrate/index.js'
import type { StoredThread } from '../../src/index.js'
import { formatBytes } from '../format.js'
import { threadName } from '../thread-name.js'

/** A thread with what became of it. */
export interface ShownThread {
  readonly thread: StoredThread
  readonly outcome: ThreadOutcome
  readonly status: string
  readonly verdict: string
}

/** The threads of a migration, one a line. */
export function threadTable(threads: readonly ShownThread[]): string {
  const table = new Table({
    head: ['thread', 'name', 'bytes', 'SHA-256 in the target', 'migrated', 'read back'],
    style: { head: [], border: [], compact: true },
  })
  for (const { thread, outcome, status, verdict } of threads) {
    const [rollout] = outcome.rollouts
    const archived = thread.archivedAt === null ? '' : ' (archived)'
    table.push([
      thread.threadId,
      `${threadName(thread, 30)}${archived}`,
      formatBytes(rollout?.byteCount ?? 0),
      (rollout?.sha256 ?? '').slice(0, 16),
      status,
      verdict,
    ])
  }
  return table.toString()
}
