import { printRolloutLine } from '../../history/rollout-line.js'
import type { HistoryPosition, RolloutItem } from '../../protocol/rollout-item.js'
import type { ThreadId } from '../../protocol/thread-id.js'
import { type Clock, isoMillis } from '../../host/clock.js'
import { notLive } from '../../store/errors.js'
import type { ThreadRecord } from '../../store/records.js'
import { stampItems } from '../../store/stamp-items.js'
import type { HomePaths } from './home/home-paths.js'
import { createRolloutFile, newRolloutEntry, rolloutTime } from './home/new-rollout.js'
import { nextOrdinal } from './home/rollout-end.js'
import type { RolloutEntry } from './home/rollout-tree.js'
import { RolloutWriter } from './home/rollout-writer.js'
import type { WriterLock } from './home/writer-locks.js'
import { unpackRollout } from './unpack-rollout.js'

/** A thread that was created and of which nothing is stored yet. */
export interface Draft {
  readonly record: ThreadRecord
  readonly base: HistoryPosition | null
  /** The item its history will begin with. */
  readonly sessionMeta: RolloutItem
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** The rollout that a thread ends with. */
export interface RolloutPlace {
  readonly entry: RolloutEntry
  readonly base: HistoryPosition | null
}

/** Where a live thread writes to. */
interface OpenRollout extends RolloutPlace {
  readonly writer: RolloutWriter
  /** Only counted in a paginated history. */
  nextOrdinal: number
}

/** What a live thread needs, also from the home it lives in. */
interface LiveThreadParams {
  readonly home: { readonly paths: Pick<HomePaths, 'home'>; readonly clock: Clock }
  readonly threadId: ThreadId
  readonly historyMode: string
  readonly lock: WriterLock
  readonly draft: Draft | null
  /** Finds the rollout to append to; asked when something is first appended. */
  readonly locate: () => Promise<RolloutPlace>
}

/** The rollout that a draft will be stored in. */
export function draftEntry(home: string, threadId: ThreadId, createdAt: number): RolloutEntry {
  const time = rolloutTime(createdAt)
  return newRolloutEntry(home, { threadId, rolloutId: threadId, time, compressed: false }, false)
}

/** The live writer of a thread. Its operations run one after the other, in the order of the calls. */
export class LiveThread {
  readonly threadId: ThreadId
  readonly #params: LiveThreadParams
  #draft: Draft | null
  #rollout: OpenRollout | null = null
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(params: LiveThreadParams) {
    this.threadId = params.threadId
    this.#params = params
    this.#draft = params.draft
  }

  /** What there is of a thread that is not stored yet. */
  get draft(): Draft | null {
    return this.#draft
  }

  /** Runs `act` when everything that was asked for before is done, unless the thread was closed. */
  run<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => {
      if (this.#closed) throw notLive(this.threadId)
      return act()
    })
    this.#last = turn.catch(() => {})
    return turn
  }

  /** Appends items as one batch to a thread that is stored. Call within `run`. */
  async append(items: readonly RolloutItem[]): Promise<void> {
    const rollout = await this.#open()
    const stamped = this.#stamp(items, rollout.nextOrdinal)
    rollout.writer.append(Buffer.concat(stamped.map(printRolloutLine)))
    rollout.nextOrdinal += stamped.length
  }

  /** Stores a draft, if it is one. Call within `run`. */
  store(): void {
    if (this.#draft !== null) this.#store(this.#draft)
  }

  /** Opens the rollout, so that `appendNow` can append without waiting. Call within `run`. */
  async open(): Promise<void> {
    await this.#open()
  }

  /** Appends one item to an open rollout at once. */
  appendNow(item: RolloutItem): void {
    const rollout = this.#rollout
    if (rollout === null) throw new TypeError(`thread ${this.threadId} is not open`)
    const [stamped] = this.#stamp([item], rollout.nextOrdinal)
    if (stamped === undefined) return
    rollout.writer.append(printRolloutLine(stamped))
    rollout.nextOrdinal += 1
  }

  /** Returns when everything appended has reached the device. Call within `run`. */
  async flush(): Promise<void> {
    await this.#rollout?.writer.flush()
  }

  /** Lets go of the thread. Call within `run`. */
  async close(): Promise<void> {
    this.#closed = true
    this.#rollout?.writer.close()
    this.#rollout = null
    this.#draft = null
    await this.#params.lock.release()
  }

  async #open(): Promise<OpenRollout> {
    const known = this.#rollout
    if (known !== null) {
      if (known.writer.refresh()) known.nextOrdinal = await this.#nextOrdinal(known)
      return known
    }
    const { entry: found, base } = await this.#params.locate()
    const entry = await unpackRollout(found)
    const ordinal = await this.#nextOrdinal({ entry, base })
    this.#rollout = { entry, base, writer: new RolloutWriter(entry.path), nextOrdinal: ordinal }
    return this.#rollout
  }

  async #nextOrdinal(at: RolloutPlace): Promise<number> {
    return this.#params.historyMode === 'paginated' ? await nextOrdinal(at.entry, at.base) : 0
  }

  #store(draft: Draft): void {
    const { threadId, home } = this.#params
    const entry = draftEntry(home.paths.home, threadId, draft.createdAt)
    const first = draft.base?.endOrdinalExclusive ?? 0
    const stamped = this.#stamp([draft.sessionMeta], first)
    createRolloutFile(entry.path, Buffer.concat(stamped.map(printRolloutLine)))
    const writer = new RolloutWriter(entry.path, true)
    this.#rollout = { writer, entry, base: draft.base, nextOrdinal: first + stamped.length }
    this.#draft = null
  }

  #stamp(items: readonly RolloutItem[], ordinal: number): RolloutItem[] {
    const { historyMode, home } = this.#params
    const now = isoMillis(home.clock.now())
    return stampItems(items, { now, historyMode, nextOrdinal: ordinal })
  }
}
