import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import { Folding, type FoldedTurn, type TurnContents } from './turn-folding.js'

type Turn = FoldedTurn<number[]>

/** Keeps the numbers that items carry. */
const numbers: TurnContents<number[]> = {
  begin: () => [],
  add: (into, { payload }) => into.push((payload as { n: number }).n),
}

const id = fc.constantFrom('a', 'b', 'c', 'd')
const event = (type: string, fields: JsonObject = {}): fc.Arbitrary<RolloutItem> =>
  fc.constant({ type: 'event_msg', payload: { type, n: 0, ...fields } })
const item = fc.oneof(
  id.chain((turn_id) => event('task_started', { turn_id })),
  id.chain((turn_id) => event('task_complete', { turn_id })),
  id.chain((turn_id) => event('turn_aborted', { turn_id })),
  id.chain((turn_id) => event('item_completed', { turn_id })),
  fc.nat(3).chain((num_turns) => event('thread_rolled_back', { num_turns })),
  event('user_message'),
  event('agent_message', { message: 'm' }),
  event('error', { message: 'e' }),
  event('token_count'),
)

function fold(items: readonly RolloutItem[]): Folding<number[]> {
  const folding = new Folding(numbers)
  for (const [ordinal, each] of items.entries()) folding.push(withNumber(each, ordinal), ordinal)
  return folding
}

function withNumber(each: RolloutItem, n: number): RolloutItem {
  return { ...each, payload: { ...(each.payload as object), n } }
}

function idsIn(items: readonly RolloutItem[]): unknown[] {
  return items.map(({ payload }) => (payload as { turn_id?: string }).turn_id)
}

describe('folding that goes on', () => {
  test('ends where folding everything does, knowing only the turns that are named', () => {
    const histories = fc.tuple(
      fc.array(item, { maxLength: 30 }),
      fc.array(fc.array(item, { maxLength: 6 }), { maxLength: 5 }),
    )
    fc.assert(
      fc.property(histories, ([before, batches]) => {
        const stored: Turn[] = structuredClone(fold(before).turns())
        const { closed, open } = fold(before)
        const start = open === null ? null : (stored.at(-1) ?? null)
        const folding = new Folding(numbers, { closed, open: start })
        let ordinal = before.length
        const all = [...before]
        for (const batch of batches) {
          const named = [...idsIn(batch), folding.open?.id]
          for (const turn of stored) if (named.includes(turn.id)) folding.know(turn)
          for (const each of batch) folding.push(withNumber(each, ordinal), ordinal++)
          all.push(...batch)
          const here = new Map(folding.turns().map((turn) => [turn.index, turn]))
          const count = folding.closed + (folding.open === null ? 0 : 1)
          const untouched = stored.slice(0, folding.untouched)
          const turns = Array.from({ length: count }, (_, at) => here.get(at) ?? untouched[at])
          expect(turns).toEqual(fold(all).turns())
        }
      }),
      { numRuns: 500 },
    )
  })
})
