import type { ThreadOutcome } from '../../migrate/index.js'
import type { StoredThread } from '../../src/index.js'
import { fitTable } from '../terminal/fit-table.js'
import { formatBytes } from '../terminal/format.js'
import { threadName } from '../terminal/thread-name.js'

/** A thread with what became of it. */
export interface ShownThread {
  readonly thread: StoredThread
  readonly outcome: ThreadOutcome
  readonly status: string
  readonly verdict: string
}

/** The threads of a migration, one a line of at most `charsMax` characters. */
export function threadTable(threads: readonly ShownThread[], charsMax: number | null): string {
  const columns = [
    { head: 'thread', charsMin: 8 },
    { head: 'name', charsMin: 10 },
    { head: 'bytes' },
    { head: 'SHA-256 in the target', charsMin: 8 },
    { head: 'migrated' },
    { head: 'read back' },
  ]
  const rows = threads.map(({ thread, outcome, status, verdict }) => {
    const [rollout] = outcome.rollouts
    const archived = thread.archivedAt === null ? '' : ' (archived)'
    return [
      thread.threadId,
      `${threadName(thread, 30)}${archived}`,
      formatBytes(rollout?.byteCount ?? 0),
      (rollout?.sha256 ?? '').slice(0, 16),
      status,
      verdict,
    ]
  })
  return fitTable(columns, rows, charsMax)
}
