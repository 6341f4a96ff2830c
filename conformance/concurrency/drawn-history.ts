import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import { type Names, literal } from '../report/literal.js'
import type { HistoryCall } from '../report/report.js'
import { labelsOf } from './appends.js'
import type { HistoryBroken } from './history-broken.js'
import { lanesOf, namesOf } from './print-lanes.js'
import type { RecordedCall } from './recorder.js'
import { outcomeText } from './thread-model.js'

const textLength = 200

/** The calls of a broken history as a report draws them, in lanes, in the order they began. */
export function drawnHistory({ calls, culprits }: HistoryBroken): HistoryCall[] {
  const names = namesOf(calls)
  const drawn = lanesOf(calls).flatMap((lane, index) =>
    lane.map((call): HistoryCall => {
      const { client, verb, begin, end } = call
      return {
        client,
        lane: index,
        begin,
        end: Number.isFinite(end) ? end : null,
        verb,
        params: shortened(paramsText(call, names)),
        outcome: shortened(seenText(call) ?? outcomeText(call)),
        culprit: culprits.some((one) => one.client === client && one.begin === begin),
      }
    }),
  )
  return drawn.toSorted((a, b) => a.begin - b.begin)
}

/** Appended items by their labels, any other params as they are. */
function paramsText({ params }: RecordedCall, names: Names): string {
  if (!('items' in params)) return literal(params, names)
  return `${literal(params.threadId, names)}, ${labelText(params.items)}`
}

/** What a read of a history saw. */
function seenText({ outcome }: RecordedCall): string | null {
  const value = outcome.kind === 'resolved' ? outcome.value : null
  if (typeof value !== 'object' || value === null) return null
  const history = 'history' in value ? value.history : value
  if (typeof history !== 'object' || history === null || !('items' in history)) return null
  return `saw ${labelText(history.items)}`
}

function labelText(items: unknown): string {
  return labelsOf(items as readonly RolloutItem[]).join(' ') || 'no items'
}

function shortened(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ' ')
  return line.length > textLength ? `${line.slice(0, textLength)}…` : line
}
