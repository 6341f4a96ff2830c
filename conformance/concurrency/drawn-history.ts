import type { HistoryCall } from '../report/report.js'
import { literal } from '../report/literal.js'
import type { HistoryBroken } from './history-broken.js'
import { lanesOf } from './print-lanes.js'
import { outcomeText } from './thread-model.js'

const paramsLength = 300

/** The calls of a broken history as a report draws them, in lanes, in the order they began. */
export function drawnHistory({ calls, culprits }: HistoryBroken): HistoryCall[] {
  const drawn = lanesOf(calls).flatMap((lane, index) =>
    lane.map((call): HistoryCall => {
      const { client, verb, begin, end, params } = call
      const text = literal(params, new Map()).replace(/\s*\n\s*/g, ' ')
      return {
        client,
        lane: index,
        begin,
        end: Number.isFinite(end) ? end : null,
        verb,
        params: text.length > paramsLength ? `${text.slice(0, paramsLength)}…` : text,
        outcome: outcomeText(call),
        culprit: culprits.some((one) => one.verb === verb && one.begin === begin),
      }
    }),
  )
  return drawn.toSorted((a, b) => a.begin - b.begin)
}
