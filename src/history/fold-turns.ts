import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { StoredTurn, TurnError, TurnItemsView, TurnStatus } from '../protocol/turn.js'
import { isoTime, parseTime } from './iso-time.js'
import { messageRole, turnRole } from './turn-roles.js'

/** Where a turn stands in the history that has been folded so far. */
export interface TurnPosition {
  readonly turnId: string
  /** Turns before it, rolled back ones not counted. */
  readonly index: number
  readonly status: TurnStatus
  /** Whether more items may still come to it by position; `false` for the last finished turn. */
  readonly open: boolean
  /** Whether a `task_started` opened it, so that its id is Codex's own. */
  readonly explicit: boolean
  /** Ordinal of the item that opened it. */
  readonly startOrdinal: number
}

/** Folds a history into turns, item by item. */
export interface TurnFolder {
  /** Takes the next item; `ordinal` counts items from the start of the lineage. */
  push(item: RolloutItem, ordinal: number): void
  /** The open turn, or else the last finished one. */
  current(): TurnPosition | null
  /** The turns so far, the open one last. Folding may go on afterwards. */
  finish(): StoredTurn[]
}

/**
 * Turns of a whole history, as Codex's API shows them.
 *
 * A turn carries every item from the one that opens it to the one that ends it, both included, in
 * order and whatever their types, except `session_meta`, which speaks of the thread. Items that
 * name another turn go to that turn, also after its end; those that name a turn nobody knows go
 * to none. What stands between two turns belongs to neither, unless it is visible content:
 * that opens an implicit turn with the id `rollout-<ordinal>`.
 */
export function foldTurns(
  items: readonly RolloutItem[],
  view: TurnItemsView = 'full',
  firstOrdinal = 0,
): StoredTurn[] {
  const folder = createTurnFolder(view)
  for (const [index, item] of items.entries()) folder.push(item, firstOrdinal + index)
  return folder.finish()
}

/**
 * A folder without items. Takes linear time however often the history rolls back; keeps only the
 * items that `view` asks for.
 */
export function createTurnFolder(view: TurnItemsView = 'full'): TurnFolder {
  return new Folder(view)
}

interface Turn {
  readonly id: string
  readonly explicit: boolean
  readonly startOrdinal: number
  readonly items: RolloutItem[]
  firstUserMessage: RolloutItem | null
  lastAgentMessage: RolloutItem | null
  status: TurnStatus
  error: TurnError | null
  startedAt: string | null
  completedAt: string | null
  durationMs: number | null
  /** Nothing comes to the turn by mere position any more. */
  ended: boolean
  visible: boolean
}

class Folder implements TurnFolder {
  readonly #view: TurnItemsView
  readonly #turns: Turn[] = []
  /** Index of the first turn with an id; Codex lets the first of two equal ids win. */
  readonly #indexById = new Map<string, number>()
  #open: Turn | null = null

  constructor(view: TurnItemsView) {
    this.#view = view
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

  current(): TurnPosition | null {
    const turn = this.#open ?? this.#turns.at(-1)
    if (!turn) return null
    const open = turn === this.#open
    const index = open ? this.#turns.length : this.#turns.length - 1
    const { id: turnId, status, explicit, startOrdinal } = turn
    return { turnId, index, status, open, explicit, startOrdinal }
  }

  finish(): StoredTurn[] {
    const turns = this.#open ? [...this.#turns, this.#open] : this.#turns
    return turns.map((turn) => this.#stored(turn))
  }

  #start(item: RolloutItem, payload: JsonObject, ordinal: number): void {
    this.#closeOpen()
    const id = typeof payload['turn_id'] === 'string' ? payload['turn_id'] : implicitId(ordinal)
    this.#open = newTurn(id, true, ordinal)
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

  #end(turn: Turn, item: RolloutItem, payload: JsonObject): void {
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
    const kept = Math.max(0, this.#turns.length - count)
    while (this.#turns.length > kept) {
      const turn = this.#turns.pop()
      if (turn && this.#indexById.get(turn.id) === this.#turns.length) {
        this.#indexById.delete(turn.id)
      }
    }
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

  #find(id: JsonValue | undefined): Turn | null {
    if (typeof id !== 'string') return null
    if (this.#open?.id === id) return this.#open
    const index = this.#indexById.get(id)
    return index === undefined ? null : (this.#turns[index] ?? null)
  }

  #ensureOpen(ordinal: number): Turn {
    this.#open ??= newTurn(implicitId(ordinal), false, ordinal)
    return this.#open
  }

  #closeOpen(): void {
    const turn = this.#open
    if (!turn) return
    this.#open = null
    if (!this.#indexById.has(turn.id)) this.#indexById.set(turn.id, this.#turns.length)
    this.#turns.push(turn)
  }

  #show(turn: Turn, item: RolloutItem): void {
    turn.visible = true
    this.#add(turn, item)
  }

  #add(turn: Turn, item: RolloutItem): void {
    if (this.#view === 'notLoaded') return
    if (this.#view === 'full') {
      turn.items.push(item)
      return
    }
    const role = messageRole(item)
    if (role === 'user') turn.firstUserMessage ??= item
    if (role === 'agent') turn.lastAgentMessage = item
  }

  #stored(turn: Turn): StoredTurn {
    const { id: turnId, status, error, startedAt, completedAt, durationMs } = turn
    const summary = [turn.firstUserMessage, turn.lastAgentMessage].filter((item) => item !== null)
    const items = this.#view === 'full' ? [...turn.items] : summary
    const itemsView = this.#view
    return { turnId, items, itemsView, status, error, startedAt, completedAt, durationMs }
  }
}

const noPayload: JsonObject = {}

function newTurn(id: string, explicit: boolean, startOrdinal: number): Turn {
  return {
    id,
    explicit,
    startOrdinal,
    items: [],
    firstUserMessage: null,
    lastAgentMessage: null,
    status: 'completed',
    error: null,
    startedAt: null,
    completedAt: null,
    durationMs: null,
    ended: false,
    visible: false,
  }
}

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
