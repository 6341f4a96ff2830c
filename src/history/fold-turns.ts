import type { RolloutItem } from '../protocol/rollout-item.js'
import type { StoredTurn, TurnItemsView, TurnStatus } from '../protocol/turn.js'
import { type FoldedTurn, Folding, type TurnContents } from './turn-folding.js'
import { messageRole } from './turn-roles.js'

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
interface TurnFolder {
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

/** The items of a turn that a view shows. */
interface ViewContents {
  readonly items: RolloutItem[]
  firstUserMessage: RolloutItem | null
  lastAgentMessage: RolloutItem | null
}

class Folder implements TurnFolder {
  readonly #view: TurnItemsView
  readonly #folding: Folding<ViewContents>

  constructor(view: TurnItemsView) {
    this.#view = view
    this.#folding = new Folding(contentsOf(view))
  }

  push(item: RolloutItem, ordinal: number): void {
    this.#folding.push(item, ordinal)
  }

  current(): TurnPosition | null {
    const turn = this.#folding.last()
    if (!turn) return null
    const { id: turnId, index, status, explicit, startOrdinal } = turn
    return { turnId, index, status, open: turn === this.#folding.open, explicit, startOrdinal }
  }

  finish(): StoredTurn[] {
    return this.#folding.turns().map((turn) => this.#stored(turn))
  }

  #stored({ contents, ...turn }: FoldedTurn<ViewContents>): StoredTurn {
    const { id: turnId, status, error, startedAt, completedAt, durationMs } = turn
    const items = this.#view === 'full' ? [...contents.items] : summaryOf(contents)
    const itemsView = this.#view
    return { turnId, items, itemsView, status, error, startedAt, completedAt, durationMs }
  }
}

function summaryOf({ firstUserMessage, lastAgentMessage }: ViewContents): RolloutItem[] {
  return [firstUserMessage, lastAgentMessage].filter((item) => item !== null)
}

function contentsOf(view: TurnItemsView): TurnContents<ViewContents> {
  return {
    begin: () => ({ items: [], firstUserMessage: null, lastAgentMessage: null }),
    add(contents, item) {
      if (view === 'notLoaded') return
      if (view === 'full') {
        contents.items.push(item)
        return
      }
      const role = messageRole(item)
      if (role === 'user') contents.firstUserMessage ??= item
      if (role === 'agent') contents.lastAgentMessage = item
    },
  }
}
