import type { MigrationEvent, OnMigrationEvent } from './events.js'
import type { CopyResult, MigrationStatus } from './outcome.js'

/** What a run has come to so far. */
export interface RunTotals {
  readonly totals: Readonly<Record<MigrationStatus, number>>
  readonly bytesRead: number
  readonly bytesSent: number
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
  #copied = 0

  constructor(onEvent: OnMigrationEvent | undefined) {
    this.#onEvent = onEvent
  }

  /** Threads of the plan that have an outcome. */
  get copied(): number {
    return this.#copied
  }

  note(event: MigrationEvent): void {
    if (event.type === 'read') this.#bytesRead += event.bytes
    this.#onEvent?.(event)
  }

  finish(result: CopyResult, planned = false): void {
    this.#totals[result.outcome.status] += 1
    this.#bytesSent += result.outcome.bytesSent
    if (planned) this.#copied += 1
    this.note({ type: 'finished', ...result })
  }

  result(): RunTotals {
    return {
      totals: { ...this.#totals },
      bytesRead: this.#bytesRead,
      bytesSent: this.#bytesSent,
    }
  }
}
