import { expect, test } from 'vitest'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { StoredTurn } from '../protocol/turn.js'
import { encodeCursor } from './cursor.js'
import {
  foundItemPage,
  foundTurnPage,
  itemAnchor,
  itemPage,
  turnAnchor,
  turnPage,
} from './paging.js'

const threadId = '01a20320-6d70-7852-b50d-7785b67ce898'
const turns = { threadId, pageSize: 1, sortDirection: 'asc' } as const
const item: RolloutItem = { type: 't' }

function turn(turnId: string): StoredTurn {
  const none = { error: null, startedAt: null, completedAt: null, durationMs: null }
  return { turnId, items: [item, item], itemsView: 'full', status: 'completed', ...none }
}

test('a database is told where a page of turns begins, in either direction', () => {
  const all = [turn('a'), turn('b:c'), turn('a')]
  expect(turnAnchor(turns)).toBeNull()
  const placed = { position: 1, turn: turn('b:c') }
  const page = foundTurnPage([placed], true, turns)
  const first = turnPage(all, turns).nextCursor
  expect(page).toEqual(turnPage(all, { ...turns, cursor: first }))
  const anchor = { position: 1, turnId: 'b:c' }
  expect(turnAnchor({ ...turns, cursor: page.nextCursor })).toEqual({ ...anchor, inclusive: false })
  const back = { ...turns, sortDirection: 'desc', cursor: page.backwardsCursor } as const
  expect(turnAnchor(back)).toEqual({ ...anchor, inclusive: true })
})

test('a database is told where a page of items begins', () => {
  const all = [turn('a'), turn('b')]
  expect(itemAnchor(turns)).toBeNull()
  const found = { position: 0, turnId: 'a', index: 1, item }
  const { nextCursor } = foundItemPage([found], true, turns)
  expect(nextCursor).toBe(itemPage(all, { ...turns, pageSize: 2 }).nextCursor)
  const anchor = { position: 0, turnId: 'a', index: 1, inclusive: false }
  expect(itemAnchor({ ...turns, cursor: nextCursor })).toEqual(anchor)
})

test('a cursor that names nothing, or what is not there any more, is refused', () => {
  const { nextCursor } = turnPage([turn('a'), turn('b')], turns)
  expect(() => turnPage([turn('x')], { ...turns, cursor: nextCursor })).toThrow(/invalid cursor/)
  const cursorOf = (kind: readonly unknown[]): string =>
    encodeCursor([...kind, 'asc'], { value: '', id: 'a', inclusive: false })
  const ofTurns = { ...turns, cursor: cursorOf(['turns', threadId]) }
  expect(() => turnAnchor(ofTurns)).toThrow(/invalid cursor/)
  const ofItems = { ...turns, cursor: cursorOf(['items', threadId, null]) }
  expect(() => itemAnchor(ofItems)).toThrow(/invalid cursor/)
})
