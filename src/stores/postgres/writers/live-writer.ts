import { isoMillis } from '../../../host/clock.js'
import type { RolloutItem } from '../../../protocol/rollout-item.js'
import type { RolloutId, ThreadId } from '../../../protocol/thread-id.js'
import { ThreadStoreError, writerLost } from '../../../store/errors.js'
import { stampItems } from '../../../store/stamp-items.js'
import { appendLines } from '../append-items.js'
import { MERGED_EVERY, mergeLiveSegments } from '../log/merge-segments.js'
import { type LogEnd, packLines } from '../log/pack-lines.js'
import type { PostgresContext } from '../postgres-context.js'
import { findRollout } from '../rows/rollout-row.js'
import type { Lease } from './writer-lease.js'

/** What a writer writes to. */
export interface WriterTarget extends Lease {
  readonly threadId: ThreadId
  readonly rolloutId: RolloutId
  readonly historyMode: string
}

/**
 * Appends to one rollout. It knows where the log ends without asking, because nobody else can append
 * while its lease holds.
 */
export class LiveWriter {
  readonly target: WriterTarget
  readonly #context: PostgresContext
  /** `null` after an append whose outcome is not known. */
  #end: LogEnd | null
  /** Segments that were appended since the last merge. */
  #appended = 0

  constructor(context: PostgresContext, target: WriterTarget, end: LogEnd) {
    this.#context = context
    this.target = target
    this.#end = end
  }

  /** Stores a batch. Call when what was asked before is done. */
  async append(items: readonly RolloutItem[]): Promise<void> {
    const { clock } = this.#context
    const from = this.#end ?? (await this.#findEnd())
    this.#end = from
    const stamped = stampItems(items, {
      now: isoMillis(clock.now()),
      historyMode: this.target.historyMode,
      nextOrdinal: from.endOrdinal,
    })
    const packed = await packLines(stamped, from)
    try {
      await appendLines(this.#context, this.target, from, packed)
      this.#end = packed.to
    } catch (reason) {
      if (ThreadStoreError.is(reason, 'OUTCOME_UNKNOWN')) this.#end = null
      throw reason
    }
    await this.#mergeNowAndThen(packed.segments.length)
  }

  async #mergeNowAndThen(appended: number): Promise<void> {
    this.#appended += appended
    if (this.#appended < MERGED_EVERY) return
    this.#appended = 0
    // What was appended is stored whether or not it can be merged now.
    await mergeLiveSegments(this.#context, this.target.rolloutId).catch(() => undefined)
  }

  async #findEnd(): Promise<LogEnd> {
    const { driver, namespace } = this.#context
    const rollout = await findRollout(driver, namespace, this.target.rolloutId)
    if (rollout === null) throw writerLost(this.target.threadId)
    return rollout
  }
}
