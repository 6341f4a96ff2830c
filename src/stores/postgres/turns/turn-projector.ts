import type { FoldStart, FoldedTurn, TurnContents } from '../../../history/turn-folding.js'
import { Folding } from '../../../history/turn-folding.js'
import { readTokenUsage } from '../../../history/token-usage.js'
import { messageRole } from '../../../history/turn-roles.js'
import { isJsonObject } from '../../../protocol/json.js'
import type { TokenUsage } from '../../../protocol/metadata.js'
import type { RolloutItem } from '../../../protocol/rollout-item.js'

/** Bytes of a log; stretches are counted from the oldest. */
export type ItemPlace = readonly [stretch: number, fromByte: number, toByte: number]

/**
 * Bytes that hold items of one turn and nothing else, and how many: that is not known of turns that
 * were stored before it was kept.
 */
export type Place = readonly [...ItemPlace, itemCount?: number]

/** What the projection keeps of the items of a turn. */
export interface ProjectedContents {
  firstUserMessage: RolloutItem | null
  lastAgentMessage: RolloutItem | null
  readonly places: Place[]
  itemCount: number
  /** Of the whole thread, as last reported in the turn. */
  tokenUsage: TokenUsage | null
  /** Whether something came since the turn was stored. */
  changed: boolean
}

/** A turn as it is projected. */
export type ProjectedTurn = FoldedTurn<ProjectedContents>

/** Folds items into turns that know where their items stand. */
export class TurnProjector {
  readonly folding: Folding<ProjectedContents>
  #place: ItemPlace = [0, 0, 0]

  constructor(start?: FoldStart<ProjectedContents>) {
    const contents: TurnContents<ProjectedContents> = {
      begin: newContents,
      add: (into, item) => addItem(into, item, this.#place),
    }
    this.folding = new Folding(contents, start)
  }

  push(item: RolloutItem, ordinal: number, place: ItemPlace): void {
    this.#place = place
    this.folding.push(item, ordinal)
  }

  /** The turns that are not stored as they are now, oldest first. */
  changed(): ProjectedTurn[] {
    const { folding } = this
    return folding
      .turns()
      .filter(({ index, contents }) => index >= folding.untouched || contents.changed)
  }
}

function newContents(): ProjectedContents {
  return {
    firstUserMessage: null,
    lastAgentMessage: null,
    places: [],
    itemCount: 0,
    tokenUsage: null,
    changed: true,
  }
}

function addItem(into: ProjectedContents, item: RolloutItem, place: ItemPlace): void {
  into.changed = true
  into.itemCount += 1
  addPlace(into.places, place)
  const role = messageRole(item)
  if (role === 'user') into.firstUserMessage ??= item
  if (role === 'agent') into.lastAgentMessage = item
  into.tokenUsage = tokenUsageIn(item) ?? into.tokenUsage
}

function addPlace(places: Place[], [stretch, fromByte, toByte]: ItemPlace): void {
  const last = places.at(-1)
  if (last?.[0] === stretch && last[2] === fromByte && last[3] !== undefined) {
    places[places.length - 1] = [stretch, last[1], toByte, last[3] + 1]
  } else places.push([stretch, fromByte, toByte, 1])
}

function tokenUsageIn({ type, payload }: RolloutItem): TokenUsage | null {
  if (type !== 'event_msg' || !isJsonObject(payload) || payload['type'] !== 'token_count') {
    return null
  }
  const { info } = payload
  return isJsonObject(info) ? readTokenUsage(info['total_token_usage']) : null
}
