import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { TurnError, TurnStatus } from '../protocol/turn.js'
import { isoTime, parseTime } from './iso-time.js'
import { turnRole } from './turn-roles.js'

/** What is kept of the items of a turn, and how an item is added to it. */
export interface TurnContents<C> {
  begin(): C
  add(contents: C, item: RolloutItem): void
}

/** A turn as folding knows it. */
export interface FoldedTurn<C> {
  readonly id: string
  /** Turns before it, rolled back ones not counted. */
  readonly index: number
  /** Whether a `task_started` opened it, so that its id is Codex's own. */
  readonly explicit: boolean
  /** Ordinal of the item that opened it. */
  readonly startOrdinal: number
  readonly contents: C
  status: TurnStatus
  error: TurnError | null
  startedAt: string | null
  completedAt: string | null
  durationMs: number | null
  /** Nothing comes to the turn by mere position any more. */
  ended: boolean
  visible: boolean
}

/** Where folding goes on that has ended before. */
export interface FoldStart<C> {
  /** Turns before the open one. */
  readonly closed: number
  readonly open: FoldedTurn<C> | null
}

/**
 * Folds items into turns, in linear time however often the history rolls back. Folding that goes on
 * needs no turn before the open one, except those that the next items name: `know` gives them.
 */
export class Folding<C> {
  readonly #contents: TurnContents<C>
  /** Turns that were closed before folding went on and are still there; few of them are known here. */
  #before: number
  readonly #known = new Map<number, FoldedTurn<C>>()
  /** Turns that were closed since. */
  readonly #turns: FoldedTurn<C>[] = []
  /** Index of the first turn with an id; Codex lets the first of two equal ids win. */
  readonly #indexById = new Map<string, number>()
  #open: FoldedTurn<C> | null

  constructor(contents: TurnContents<C>, start: FoldStart<C> = { closed: 0, open: null }) {
    this.#contents = contents
    this.#before = start.closed
    this.#open = start.open
  }

  /** Closed turns so far. */
  get closed(): number {
    return this.#before + this.#turns.length
  }

  get open(): FoldedTurn<C> | null {
    return this.#open
  }

  /** Turns at the beginning that were closed before folding went on and were not rolled back since. */
  get untouched(): number {
    return this.#before
  }

  /** The open turn, or else the last closed one. */
  last(): FoldedTurn<C> | null {
    return this.#open ?? this.#closedAt(this.closed - 1)
  }

  /** The turns that are known here, oldest first, the open one last. */
  turns(): FoldedTurn<C>[] {
    const known = [...this.#known.values()].toSorted((a, b) => a.index - b.index)
    return [...known, ...this.#turns, ...(this.#open ? [this.#open] : [])]
  }

  /** Tells of a turn from before folding went on: the first one with its id. */
  know(turn: FoldedTurn<C>): void {
    if (turn.index >= this.#before || this.#indexById.has(turn.id)) return
    this.#known.set(turn.index, turn)
    this.#indexById.set(turn.id, turn.index)
  }

  push(item: RolloutItem, ordinal: number): void {
    const payload = isJsonObject(item.payload) ? item.payload : noPayload
    switch (turnRole(item, payload)) {
      case 'none':
        return
      case 'neutral':
        if (this.#open && !this.#open.ended) this.#add(this.#open, item)
        return
      case 'start':
        this.#start(item, payload, ordinal)
        return
      case 'complete':
        this.#complete(item, payload)
        return
      case 'abort':
        this.#abort(item, payload)
        return
      case 'error':
        this.#fail(item, payload)
        return
      case 'rollback':
        this.#rollBack(payload['num_turns'])
        return
      case 'user-message':
        this.#userMessage(item, ordinal)
        return
      case 'visible':
        this.#show(this.#ensureOpen(ordinal), item)
        return
      case 'compaction':
        this.#add(this.#ensureOpen(ordinal), item)
        return
      case 'addressed':
        this.#deliver(item, payload, ordinal)
        return
    }
  }

  #start(item: RolloutItem, payload: JsonObject, ordinal: number): void {
    this.#closeOpen()
    const id = typeof payload['turn_id'] === 'string' ? payload['turn_id'] : implicitId(ordinal)
    this.#open = this.#newTurn(id, true, ordinal)
    this.#open.status = 'inProgress'
    this.#open.startedAt = markerTime(payload['started_at'], item)
    this.#add(this.#open, item)
  }

  #complete(item: RolloutItem, payload: JsonObject): void {
    const turn = this.#find(payload['turn_id']) ?? this.#open
    if (!turn) return
    if (turn.status === 'inProgress') turn.status = 'completed'
    this.#end(turn, item, payload)
    if (turn === this.#open) this.#closeOpen()
  }

  /** An interrupted turn stays open: what is said before the next start still belongs to it. */
  #abort(item: RolloutItem, payload: JsonObject): void {
    const turn = this.#find(payload['turn_id']) ?? this.#open
    if (!turn) return
    turn.status = 'interrupted'
    this.#end(turn, item, payload)
  }

  #end(turn: FoldedTurn<C>, item: RolloutItem, payload: JsonObject): void {
    turn.ended = true
    turn.completedAt = markerTime(payload['completed_at'], item)
    turn.durationMs = finiteNumber(payload['duration_ms'])
    this.#add(turn, item)
  }

  #fail(item: RolloutItem, payload: JsonObject): void {
    const turn = this.#open
    if (!turn) return
    this.#add(turn, item)
    const info = payload['codex_error_info'] ?? null
    if (!affectsTurn(info)) return
    turn.status = 'failed'
    const message = payload['message']
    turn.error = {
      message: typeof message === 'string' ? message : '',
      codexErrorInfo: info,
      additionalDetails: null,
    }
  }

  /** Counts turns of any kind, the open one included; the model's own rollback counts otherwise. */
  #rollBack(count: JsonValue | undefined): void {
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 0) return
    this.#closeOpen()
    const kept = Math.max(0, this.closed - count)
    while (this.#turns.length > 0 && this.closed > kept) this.#forget(this.#turns.pop())
    for (; this.#before > kept; this.#before -= 1) {
      this.#forget(this.#known.get(this.#before - 1))
      this.#known.delete(this.#before - 1)
    }
  }

  #forget(turn: FoldedTurn<C> | undefined): void {
    if (turn && this.#indexById.get(turn.id) === turn.index) this.#indexById.delete(turn.id)
  }

  #userMessage(item: RolloutItem, ordinal: number): void {
    // Histories from before turns had markers: each user message begins a turn, unless all that
    // has happened since the last one is a compaction.
    if (this.#open && !this.#open.explicit && this.#open.visible) this.#closeOpen()
    this.#show(this.#ensureOpen(ordinal), item)
  }

  #deliver(item: RolloutItem, payload: JsonObject, ordinal: number): void {
    const id = payload['turn_id']
    if (typeof id !== 'string' || id === '') this.#show(this.#ensureOpen(ordinal), item)
    else {
      const turn = this.#find(id)
      if (turn) this.#show(turn, item)
    }
  }

  #find(id: JsonValue | undefined): FoldedTurn<C> | null {
    if (typeof id !== 'string') return null
    if (this.#open?.id === id) return this.#open
    const index = this.#indexById.get(id)
    return index === undefined ? null : this.#closedAt(index)
  }

  #closedAt(index: number): FoldedTurn<C> | null {
    return this.#turns[index - this.#before] ?? this.#known.get(index) ?? null
  }

  #ensureOpen(ordinal: number): FoldedTurn<C> {
    this.#open ??= this.#newTurn(implicitId(ordinal), false, ordinal)
    return this.#open
  }

  #closeOpen(): void {
    const turn = this.#open
    if (!turn) return
    this.#open = null
    if (!this.#indexById.has(turn.id)) this.#indexById.set(turn.id, this.closed)
    this.#turns.push(turn)
  }

  #show(turn: FoldedTurn<C>, item: RolloutItem): void {
    turn.visible = true
    this.#add(turn, item)
  }

  #add(turn: FoldedTurn<C>, item: RolloutItem): void {
    this.#contents.add(turn.contents, item)
  }

  #newTurn(id: string, explicit: boolean, startOrdinal: number): FoldedTurn<C> {
    return {
      id,
      index: this.closed,
      explicit,
      startOrdinal,
      contents: this.#contents.begin(),
      status: 'completed',
      error: null,
      startedAt: null,
      completedAt: null,
      durationMs: null,
      ended: false,
      visible: false,
    }
  }
}

const noPayload: JsonObject = {}

function implicitId(ordinal: number): string {
  return `rollout-${ordinal}`
}

/** A marker's own time in seconds, else the time of its line; an explicit `null` says unknown. */
function markerTime(seconds: JsonValue | undefined, item: RolloutItem): string | null {
  if (seconds === null) return null
  if (typeof seconds === 'number') return isoTime(seconds * 1000)
  return parseTime(item.timestamp)
}

function finiteNumber(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

/** Two errors are about a request that failed beside the turn. */
function affectsTurn(info: JsonValue): boolean {
  const name = isJsonObject(info) ? Object.keys(info)[0] : info
  return name !== 'thread_rollback_failed' && name !== 'active_turn_not_steerable'
}
