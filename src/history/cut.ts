import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import { createTurnFolder } from './fold-turns.js'
import { isUserMessage, responseItem } from './user-message.js'

/**
 * What of a history a fork takes. `beforeUserMessage`: everything before the n-th thing the user
 * said, counted from 0; beyond the last, everything but a turn that is still running.
 * `interrupted`: everything, a running turn ended as if it had been interrupted.
 */
export type ForkSnapshot =
  | { readonly type: 'beforeUserMessage'; readonly n: number }
  | { readonly type: 'interrupted'; readonly marker?: InterruptedMarker }

/**
 * In whose name the model is told that a turn was interrupted, if it is told: the user's, or the
 * developer's where agents work together.
 */
type InterruptedMarker = 'user' | 'developer' | 'none'

/** How a snapshot is made: items taken from the start, and items that follow them. */
interface ForkCut {
  readonly kept: number
  readonly appended: readonly RolloutItem[]
}

/** The turn that a history ends in the middle of. */
interface RunningTurn {
  /** `null` in histories from before turns had ids: none is made up. */
  readonly turnId: string | null
  /** Index of the item that began it. */
  readonly start: number
}

/** Where a fork cuts a history, and what it adds. */
export function cutForFork(items: readonly RolloutItem[], snapshot: ForkSnapshot): ForkCut {
  if (snapshot.type === 'interrupted') {
    const running = runningTurn(items)
    const appended = running ? interruptionOf(running.turnId, snapshot.marker) : []
    return { kept: items.length, appended }
  }
  const cut = userMessagePositions(items)[snapshot.n]
  return { kept: cut ?? runningTurn(items)?.start ?? items.length, appended: [] }
}

/**
 * Where the user said something that still stands. Rollbacks are counted as the model counts them:
 * each takes back things the user said, whatever turns there were.
 */
export function userMessagePositions(items: readonly RolloutItem[]): number[] {
  const positions: number[] = []
  for (const [index, item] of items.entries()) {
    const response = responseItem(item)
    if (response !== null && isUserMessage(response)) positions.push(index)
    const rolledBack = rolledBackTurns(item)
    if (rolledBack > 0) positions.length = Math.max(0, positions.length - rolledBack)
  }
  return positions
}

/** The turn that a history ends in the middle of, `null` when it ends between turns. */
export function runningTurn(items: readonly RolloutItem[]): RunningTurn | null {
  const folder = createTurnFolder('notLoaded')
  for (const [index, item] of items.entries()) folder.push(item, index)
  const turn = folder.current()
  if (turn?.open && turn.explicit) {
    const { turnId, startOrdinal: start, status } = turn
    return status === 'inProgress' ? { turnId, start } : null
  }
  const start = userMessagePositions(items).at(-1)
  if (start === undefined) return null
  const ended = items.slice(start + 1).some((item) => turnEnds.has(eventOf(item)?.['type']))
  return ended ? null : { turnId: null, start }
}

/** What ends a turn that was interrupted: a note for the model, and the marker of the end. */
export function interruptionOf(
  turnId: string | null,
  marker: InterruptedMarker = 'user',
): readonly RolloutItem[] {
  const payload = { type: 'turn_aborted', turn_id: turnId, reason: 'interrupted' }
  const times = { completed_at: null, duration_ms: null }
  const aborted: RolloutItem = { type: 'event_msg', payload: { ...payload, ...times } }
  return marker === 'none' ? [aborted] : [interruptedNote(marker), aborted]
}

/** What tells the model that a turn was interrupted, word for word as Codex does. */
export function interruptedNote(marker: 'user' | 'developer'): RolloutItem {
  const who = marker === 'user' ? 'The user interrupted the previous turn' : wasInterrupted
  const text = `<turn_aborted>\n${who} on purpose. ${mayStillRun}\n</turn_aborted>`
  const content = [{ type: 'input_text', text }]
  return { type: 'response_item', payload: { type: 'message', role: marker, content } }
}

const wasInterrupted = 'The previous turn was interrupted'
const mayStillRun =
  'Any running unified exec processes may still be running in the background. If any tools/commands were aborted, they may have partially executed.'

const turnEnds: ReadonlySet<unknown> = new Set(['task_complete', 'turn_complete', 'turn_aborted'])

function eventOf(item: RolloutItem): JsonObject | null {
  return item.type === 'event_msg' && isJsonObject(item.payload) ? item.payload : null
}

function rolledBackTurns(item: RolloutItem): number {
  const event = eventOf(item)
  const count: JsonValue | undefined =
    event?.['type'] === 'thread_rolled_back' ? event['num_turns'] : 0
  return typeof count === 'number' && Number.isInteger(count) && count > 0 ? count : 0
}
