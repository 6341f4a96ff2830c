import { isDeepStrictEqual } from 'node:util'
import { isoMillis, type Clock } from '../../src/host/clock.js'
import type { JsonObject, JsonValue } from '../../src/protocol/json.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { StoredThread } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import type { ThreadOutcome } from './outcome.js'
import type { RunTotals } from './run-tally.js'

/** Source of the threads that hold the logs of runs; nobody else's threads have it. */
export const RUN_SOURCE: JsonObject = { custom: 'threadstore-migration' }

/** Source of the threads that stand for shards. */
export const LEASE_SOURCE: JsonObject = { custom: 'threadstore-lease' }

/** Source of the threads that are stored for a moment to see how long it takes. */
export const PROBE_SOURCE: JsonObject = { custom: 'threadstore-probe' }

const ownSources: readonly JsonObject[] = [RUN_SOURCE, LEASE_SOURCE, PROBE_SOURCE]

/** Type of the items of such threads. */
export const RUN_ITEM = 'threadstore_run'

/** Whether a thread is there for runs only, such as their log, and so is none to migrate. */
export function isRunLog({ source }: Pick<StoredThread, 'source'>): boolean {
  return ownSources.some((own) => isDeepStrictEqual(source, own))
}

/** Outcomes that wait to be written together. */
const WAITING_MAX = 64
/** Time between two notes of how far a run is. */
const PROGRESS_EVERY_MS = 5_000

/** What a run says of itself when it begins: source, host, options. */
export type RunFacts = Readonly<Record<string, JsonValue>>

interface RunLogOptions {
  readonly target: ThreadStore
  readonly clock: Clock
  readonly run: ThreadId
  readonly facts: RunFacts
}

/**
 * The log of a run, kept in the target as an archived thread: whoever can read the target can see
 * what happened there, and as long as its writer is live the run is. A thread's state before is
 * written ahead of every change, so that the change can be undone.
 */
export class RunLog {
  readonly run: ThreadId
  readonly #target: ThreadStore
  readonly #clock: Clock
  #waiting: RolloutItem[] = []
  #writing: Promise<void> | null = null
  #toldAt: number
  /** Threads with a finding, by its code. */
  readonly #findings: Record<string, number> = {}

  private constructor({ target, clock, run }: RunLogOptions) {
    this.run = run
    this.#target = target
    this.#clock = clock
    this.#toldAt = clock.now()
  }

  /** Begins the log; its writer is live until `end`. */
  static async begin(options: RunLogOptions): Promise<RunLog> {
    const { target, run, facts } = options
    const log = new RunLog(options)
    const metadata = { cwd: null, modelProvider: 'none', memoryMode: 'disabled' } as const
    await target.createThread({ threadId: run, source: RUN_SOURCE, metadata })
    await log.#append({ kind: 'started', ...facts })
    await target.persistThread({ threadId: run })
    await target.updateThreadMetadata({ threadId: run, patch: { name: 'migration run' } })
    await target.archiveThread({ threadId: run })
    return log
  }

  /** Returns when it is on record what the target held of a thread before it is changed. */
  async intend(threadId: ThreadId, before: StoredThread | null): Promise<void> {
    await this.#append({ kind: 'intent', threadId, before: before as unknown as JsonValue })
  }

  /** Notes an outcome; several are written together. */
  async note(outcome: ThreadOutcome, totals: RunTotals): Promise<void> {
    const { threadId, status, bytesSent, rollouts, reason } = outcome
    const findings = [...new Set(outcome.findings.map(({ code }) => code))]
    for (const code of findings) this.#findings[code] = (this.#findings[code] ?? 0) + 1
    const payload = { threadId, status, bytesSent, rollouts, findings, reason }
    this.#waiting.push(this.#item({ kind: 'outcome', ...(payload as unknown as JsonObject) }))
    const now = this.#clock.now()
    const isTime = now - this.#toldAt >= PROGRESS_EVERY_MS
    if (isTime) {
      this.#toldAt = now
      this.#waiting.push(this.#item({ kind: 'progress', ...this.#progress(totals) }))
    }
    if (isTime || this.#waiting.length >= WAITING_MAX) await this.#write()
  }

  /** Ends the log and lets go of its writer. */
  async end(totals: RunTotals, left: number, stopped: string | null): Promise<void> {
    await this.#append({ kind: 'ended', ...this.#progress(totals), left, stopped })
    await this.#target.shutdownThread({ threadId: this.run })
  }

  #progress({ totals, bytesRead, bytesSent }: RunTotals): JsonObject {
    return { totals: { ...totals }, bytesRead, bytesSent, findings: { ...this.#findings } }
  }

  async #append(payload: JsonObject): Promise<void> {
    this.#waiting.push(this.#item(payload))
    await this.#write()
  }

  #item(payload: JsonObject): RolloutItem {
    return { type: RUN_ITEM, timestamp: isoMillis(this.#clock.now()), payload }
  }

  /** One append at a time; what arrives meanwhile goes with the next one. */
  async #write(): Promise<void> {
    this.#writing ??= this.#writeAll()
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const items = this.#waiting
        this.#waiting = []
        await this.#target.appendItems({ threadId: this.run, items })
      }
    } finally {
      // At once: who comes between the last look and this would wait for what nobody writes.
      this.#writing = null
    }
  }
}
