import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import { compactedContext } from './compacted-context.js'
import { agentOrder, isUserMessage, responseItem } from '../history/user-message.js'
import { messageText } from './user-input.js'

/**
 * What the model is shown of a history: its response items, rollbacks applied and compactions in
 * place of what they stand for.
 *
 * A rollback counts the turns in which the user said something; turns without that which follow
 * them go with them. Turns before a compaction can be rolled back too: their items are still there.
 */
export function rebuildContext(items: readonly RolloutItem[]): JsonObject[] {
  let context: JsonObject[] = []
  for (const item of survivingItems(items)) {
    const response = responseItem(item)
    if (response !== null && response['type'] !== 'ghost_snapshot') context.push(response)
    if (item.type === 'compacted') context = contextAfter(item.payload, context)
  }
  return context
}

interface Segment {
  readonly items: RolloutItem[]
  /** A `task_started` opened it, so that user messages in it belong to the same turn. */
  readonly explicit: boolean
  ended: boolean
  /** Something in it says that it is a turn of the user. */
  ofUser: boolean
  /** It holds what the user said as the model was told it. */
  spoken: boolean
}

/** The items of the turns that were not rolled back. */
function survivingItems(items: readonly RolloutItem[]): RolloutItem[] {
  const segments: Segment[] = []
  for (const item of items) {
    const event = eventOf(item)
    if (event?.['type'] === 'thread_rolled_back') {
      dropUserTurns(segments, event['num_turns'])
      continue
    }
    const segment = segmentFor(segments, item, event)
    segment.items.push(item)
    segment.spoken ||= isSpoken(item)
    segment.ofUser ||= segment.spoken || isUserTurnSign(item, event)
    segment.ended ||= isTurnEnd(event)
  }
  return segments.flatMap((segment) => segment.items)
}

/** The segment an item belongs to; turn markers and, where there are none, user messages open one. */
function segmentFor(segments: Segment[], item: RolloutItem, event: JsonObject | null): Segment {
  const current = segments.at(-1)
  const starts = event?.['type'] === 'task_started' || event?.['type'] === 'turn_started'
  if (starts || current === undefined) return opened(segments, starts)
  const inTurn = current.explicit && !current.ended
  const anew = isSpoken(item) && !inTurn && (current.spoken || current.ended)
  return anew ? opened(segments, false) : current
}

function opened(segments: Segment[], explicit: boolean): Segment {
  const segment = { items: [], explicit, ended: false, ofUser: false, spoken: false }
  segments.push(segment)
  return segment
}

function dropUserTurns(segments: Segment[], count: JsonValue | undefined): void {
  let left = typeof count === 'number' ? count : 0
  while (left > 0 && segments.length > 0) {
    const dropped = segments.pop()
    if (dropped?.ofUser) left -= 1
  }
}

function contextAfter(compaction: JsonValue | undefined, context: JsonObject[]): JsonObject[] {
  const payload = isJsonObject(compaction) ? compaction : {}
  const replacement = payload['replacement_history']
  if (Array.isArray(replacement)) {
    return (replacement as readonly JsonValue[]).filter(isJsonObject)
  }
  // Before Codex stored the replacement, it was made anew from the messages and the summary.
  const said = context.filter(isUserMessage).map(messageText)
  const summary = payload['message']
  return compactedContext(said, typeof summary === 'string' ? summary : '')
}

function eventOf(item: RolloutItem): JsonObject | null {
  return item.type === 'event_msg' && isJsonObject(item.payload) ? item.payload : null
}

function isSpoken(item: RolloutItem): boolean {
  const response = responseItem(item)
  return response !== null && isUserMessage(response)
}

/** Paginated histories keep what the user said as a completed item. */
function isUserTurnSign(item: RolloutItem, event: JsonObject | null): boolean {
  if (item.type === 'inter_agent_communication') return true
  const response = responseItem(item)
  if (response !== null && agentOrder(response) !== null) return true
  if (event?.['type'] === 'user_message') return true
  if (event?.['type'] !== 'item_completed') return false
  const completed = event['item']
  return isJsonObject(completed) && completed['type'] === 'UserMessage'
}

function isTurnEnd(event: JsonObject | null): boolean {
  const type = event?.['type']
  return type === 'task_complete' || type === 'turn_complete' || type === 'turn_aborted'
}
