import { foldTurns } from '../history/fold-turns.js'
import type { JsonObject, JsonValue } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { StoredTurn, TurnItemsView, TurnStatus } from '../protocol/turn.js'
import { apiItems } from './api-items.js'
import { apiErrorInfo, seconds } from './api-words.js'

/** A turn as clients are told of it. */
export interface ApiTurn extends JsonObject {
  readonly id: string
  readonly items: readonly JsonObject[]
  readonly itemsView: TurnItemsView
  readonly status: TurnStatus
}

/** Ids of turns that run; none of a thread that is not loaded. */
export type RunningTurns = ReadonlySet<string | null>

/**
 * The turns of a history. A turn without an end is interrupted unless it is one of those that run:
 * the process that ran it is gone.
 */
export function apiTurns(
  items: readonly RolloutItem[],
  running: RunningTurns = new Set(),
): ApiTurn[] {
  let count = 0
  return foldTurns(items).map((turn) => {
    const shown = apiItems(turn.items, () => `item-${(count += 1)}`)
    return apiTurn(turn, shown, running)
  })
}

/** A turn that has just begun: nothing of it is known but its id. */
export function beginningTurn(id: string, items: readonly JsonObject[] = []): ApiTurn {
  return {
    id,
    items,
    itemsView: 'notLoaded',
    status: 'inProgress',
    error: null,
    startedAt: null,
    completedAt: null,
    durationMs: null,
  }
}

/** A turn with the items that a view shows. */
export function viewOfTurn(turn: ApiTurn, itemsView: TurnItemsView): ApiTurn {
  switch (itemsView) {
    case 'full':
      return turn
    case 'notLoaded':
      return { ...turn, items: [], itemsView }
    case 'summary': {
      const user = turn.items.find((item) => item['type'] === 'userMessage')
      const agent = turn.items.findLast((item) => item['type'] === 'agentMessage')
      return { ...turn, items: [user, agent].filter((item) => item !== undefined), itemsView }
    }
  }
}

function apiTurn(turn: StoredTurn, items: JsonObject[], running: RunningTurns): ApiTurn {
  const { turnId, status, error, startedAt, completedAt, durationMs } = turn
  const abandoned = status === 'inProgress' && !running.has(turnId)
  return {
    id: turnId,
    items,
    itemsView: 'full',
    status: abandoned ? 'interrupted' : status,
    error: error && apiError(error.message, error.codexErrorInfo),
    startedAt: startedAt && seconds(startedAt),
    completedAt: completedAt && seconds(completedAt),
    durationMs,
  }
}

/** What went wrong in a turn, as clients are told. */
export function apiError(message: string, info: JsonValue, details: JsonValue = null): JsonObject {
  return { message, codexErrorInfo: apiErrorInfo(info), additionalDetails: details }
}
