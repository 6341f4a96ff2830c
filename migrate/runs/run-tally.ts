import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { MigrationEvent, OnMigrationEvent } from './events.js'
import type { MigrationFinding } from './findings.js'
import type { CopyResult, MigrationStatus } from './outcome.js'

/** What a run has come to so far. */
export interface RunTotals {
  readonly totals: Readonly<Record<MigrationStatus, number>>
  readonly bytesRead: number
  readonly bytesSent: number
  /** Bytes that a run which was broken off had sent, and that were not sent again. */
  readonly bytesResumed: number
}

/** Counts what happens and passes it on. */
export class RunTally {
  readonly #onEvent: OnMigrationEvent | undefined
  readonly #totals: Record<MigrationStatus, number> = {
    proven: 0,
    already: 0,
    appended: 0,
    busy: 0,
    conflict: 0,
    failed: 0,
  }
  #bytesRead = 0
  #bytesSent = 0
  #bytesResumed = 0
  #done = 0
  readonly #copied: Set<ThreadId> = new Set()

  constructor(onEvent: OnMigrationEvent | undefined) {
    this.#onEvent = onEvent
  }

  /** Threads of the plan that have an outcome. */
  get done(): number {
    return this.#done
  }

  /** Threads that are to be the same in the target from now on. */
  get copied(): ReadonlySet<ThreadId> {
    return this.#copied
  }

  note(event: MigrationEvent): void {
    if (event.type === 'read') this.#bytesRead += event.bytes
    this.#onEvent?.(event)
  }

  finish(result: CopyResult, planned = false): void {
    this.#totals[result.outcome.status] += 1
    this.#bytesSent += result.outcome.bytesSent
    this.#bytesResumed += result.outcome.bytesResumed
    if (planned) this.#done += 1
    if (isCopied(result)) this.#copied.add(result.outcome.threadId)
    this.note({ type: 'finished', ...result })
  }

  result(): RunTotals {
    return {
      totals: { ...this.#totals },
      bytesRead: this.#bytesRead,
      bytesSent: this.#bytesSent,
      bytesResumed: this.#bytesResumed,
    }
  }
}

/** Findings of threads that stay different on purpose. */
const stayDifferent: ReadonlySet<MigrationFinding['code']> = new Set([
  'RECORD_KEPT',
  'RECORD_CHANGED_TWICE',
  'KEPT_BOTH',
])

function isCopied({ outcome: { status, findings } }: CopyResult): boolean {
  if (status !== 'proven' && status !== 'appended') return false
  return !findings.some(({ code }) => stayDifferent.has(code))
}
