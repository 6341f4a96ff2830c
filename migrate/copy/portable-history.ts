import { isJsonObject, type JsonObject } from '../../src/protocol/json.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { StoredThread } from '../../src/store/records.js'

/** A history as it goes into a store that cannot take its bytes. */
export interface PortableHistory {
  /** Payload of the thread's own session_meta, from which the target makes its own. */
  readonly meta: JsonObject
  /** Everything but that session_meta. */
  readonly items: readonly RolloutItem[]
  /** Items of other threads come first; ordinals, which count through lineages, are dropped. */
  readonly flattened: boolean
}

/** Takes a history apart into its session_meta and the rest. */
export function portableHistory(thread: StoredThread): PortableHistory {
  const items = thread.history?.items ?? []
  const at = items.findIndex(
    ({ type, payload }) =>
      type === 'session_meta' && isJsonObject(payload ?? null) && idOf(payload) === thread.threadId,
  )
  const payload = items[at]?.payload
  const flattened = at > 0
  const rest = items.filter((_, index) => index !== at)
  return {
    meta: payload !== undefined && isJsonObject(payload) ? payload : {},
    items: flattened ? rest.map(withoutOrdinal) : rest,
    flattened,
  }
}

/** The items of a thread behind its own session_meta, where it begins with one. */
export function itemsAfterMeta(thread: StoredThread): readonly RolloutItem[] {
  const items = thread.history?.items ?? []
  return items[0]?.type === 'session_meta' ? items.slice(1) : items
}

function idOf(payload: RolloutItem['payload']): unknown {
  return payload !== undefined && isJsonObject(payload) ? payload['id'] : null
}

function withoutOrdinal(item: RolloutItem): RolloutItem {
  const { ordinal: _ordinal, ...rest } = item
  return rest
}
