import type { Clock } from '../../src/host/clock.js'
import type { IdSource } from '../../src/host/ids.js'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { RunLog, type RunFacts } from './run-log.js'
import { RunTally } from './run-tally.js'
import type { OnMigrationEvent } from './events.js'

interface RunSessionOptions {
  readonly target: ThreadStore
  readonly clock: Clock
  readonly ids: IdSource
  readonly facts?: RunFacts
  readonly onEvent?: OnMigrationEvent
}

/**
 * A run, which may go over its stores several times. Its log begins when there is something to do,
 * where the target is no home of Codex.
 */
export class RunSession {
  readonly run: ThreadId
  readonly tally: RunTally
  readonly #options: RunSessionOptions
  #log: Promise<RunLog> | null = null
  #passes = 0

  constructor(options: RunSessionOptions) {
    this.#options = options
    this.run = options.ids.newThreadId()
    this.tally = new RunTally(options.onEvent)
  }

  /** Counts a time the stores are gone over, from 1. */
  nextPass(): number {
    this.#passes += 1
    return this.#passes
  }

  /** The log, which begins with the first call; `null` where the target keeps none. */
  async log(): Promise<RunLog | null> {
    const { target, clock, facts = {} } = this.#options
    if (target.supports.paths) return null
    this.#log ??= RunLog.begin({ target, clock, run: this.run, facts })
    return await this.#log
  }

  /** Whether anything was to be done yet, and is on record. */
  get hasLog(): boolean {
    return this.#log !== null
  }

  async end(left: number, why: string | null): Promise<void> {
    // A target that went away cannot be told so; its log then ends without a word.
    await (await this.#log)?.end(this.tally.result(), left, why).catch(() => {})
  }
}
