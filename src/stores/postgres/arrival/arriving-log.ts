import type { PostgresSession } from '../../../host/postgres.js'
import { ThreadStoreError } from '../../../store/errors.js'
import { newLogId } from '../log/begin-rollout.js'
import type { PostgresContext } from '../postgres-context.js'
import type { Segment } from '../rows/segment-rows.js'
import { type LogPurpose, SentLog } from './sent-log.js'

/** Packed bytes of one log that are kept in memory, at most, before they are sent ahead. */
const BATCH_BYTES = 4 * 1024 * 1024

/**
 * A log on its way in. A small one waits in memory for the transaction that publishes it. A large
 * one is sent ahead in batches, under an id no rollout has, so that memory stays bounded and no
 * transaction is open while the source is waited for.
 */
export class ArrivingLog {
  readonly #context: PostgresContext
  readonly #purpose: LogPurpose
  readonly #ownId = newLogId()
  #batch: Segment[] = []
  #batchBytes = 0
  #sending: Promise<void> = Promise.resolve()
  #sent: SentLog | null = null

  constructor(context: PostgresContext, purpose: LogPurpose) {
    this.#context = context
    this.#purpose = purpose
  }

  get logId(): string {
    return this.#sent?.logId ?? this.#ownId
  }

  /** Whether some of it has been sent ahead. */
  get isAhead(): boolean {
    return this.#sent !== null
  }

  /** Bytes that an earlier import had sent ahead. */
  get resumedBytes(): number {
    return this.#sent?.resumedBytes ?? 0
  }

  /** What has not been sent ahead. */
  get waiting(): readonly Segment[] {
    return this.#batch
  }

  async add(segment: Segment): Promise<void> {
    this.#batch.push(segment)
    this.#batchBytes += segment.bytes.length
    if (this.#batchBytes >= BATCH_BYTES) await this.#send()
  }

  /** Returns when everything that was sent ahead is stored. */
  async settle(): Promise<void> {
    await this.#sending
    await this.#sent?.finish()
  }

  /** What was sent ahead stops being on its way, in the transaction that publishes it. */
  async release(session: PostgresSession): Promise<void> {
    await this.#sent?.release(session)
  }

  /**
   * Ends an import that failed. What was sent ahead is left to the next one, unless the bytes were
   * refused.
   */
  async abandon(reason: unknown): Promise<void> {
    await this.#sending.catch(() => undefined)
    // What cannot be removed now is cleared away when it is old.
    if (isRefusal(reason)) await this.#sent?.remove().catch(() => undefined)
  }

  async #send(): Promise<void> {
    const batch = this.#batch
    this.#batch = []
    this.#batchBytes = 0
    // One batch is stored while the next is packed.
    await this.#sending
    this.#sending = this.#store(batch)
    this.#sending.catch(() => undefined)
  }

  async #store(batch: readonly Segment[]): Promise<void> {
    this.#sent ??= await SentLog.open(this.#context, this.#purpose)
    await this.#sent.add(batch)
  }
}

/** Whether sending the same bytes again would fail again; a source may do better next time. */
function isRefusal(reason: unknown): boolean {
  return (
    ThreadStoreError.is(reason) &&
    ['CONFLICT', 'INVALID_REQUEST', 'UNSUPPORTED', 'INTERNAL'].includes(reason.code) &&
    reason.details.reason !== 'foreign-error'
  )
}
