import { describe, expect, it } from 'vitest'
import type { HistoryPosition } from '../protocol/rollout-item.js'
import {
  fetchBases,
  locateBase,
  positionOfBase,
  refuseCycle,
  requireInLineage,
  resolveLineage,
} from './lineage.js'

const at = (rolloutId: string, end: number): HistoryPosition => ({
  rolloutId,
  endOrdinalExclusive: end,
  endByteOffset: end * 10,
})

const bases = new Map<string, HistoryPosition | null>([
  ['root', null],
  ['fork', at('root', 5)],
  ['fork of fork', at('fork', 8)],
  ['orphan', at('gone', 1)],
  ['ring a', at('ring b', 1)],
  ['ring b', at('ring a', 1)],
])
const baseOf = (id: string): HistoryPosition | null | undefined => bases.get(id)
const candidate = (
  id: string,
): { base: HistoryPosition | null; historyMode: string; endOrdinal: number } => ({
  base: bases.get(id) ?? null,
  historyMode: 'paginated',
  endOrdinal: 20,
})

describe('resolveLineage', () => {
  it('runs through the bases, oldest first', () => {
    expect(resolveLineage('t', 'fork of fork', baseOf)).toEqual([
      { rolloutId: 'root', end: at('root', 5) },
      { rolloutId: 'fork', end: at('fork', 8) },
      { rolloutId: 'fork of fork', end: null },
    ])
  })

  it('names the base that is missing', () => {
    expect(() => resolveLineage('t', 'orphan', baseOf)).toThrow(/rollout gone, which is missing/)
  })

  it('ends on a cycle', () => {
    expect(() => resolveLineage('t', 'ring a', baseOf)).toThrow(/cyclic/)
    expect(() => refuseCycle('t', ['ring b'], baseOf)).toThrow(/back to itself/)
    expect(() => refuseCycle('t', ['orphan', 'fork'], baseOf)).not.toThrow()
  })

  it('works on bases that had to be fetched', async () => {
    const fetched = await fetchBases('fork of fork', async (id) => bases.get(id))
    expect(resolveLineage('t', 'fork of fork', fetched)).toHaveLength(3)
    const ring = await fetchBases('ring a', async (id) => bases.get(id))
    expect(() => resolveLineage('t', 'ring a', ring)).toThrow(/cyclic/)
  })
})

describe('locateBase', () => {
  it.each([
    [10, 'fork of fork'],
    [8, 'fork'],
    [6, 'fork'],
    [5, 'root'],
    [0, 'root'],
  ])('finds item %i of a fork of a fork in %s', (endOrdinalExclusive, where) => {
    expect(locateBase({ rolloutId: 'fork of fork', endOrdinalExclusive }, candidate)).toBe(where)
  })

  it('refuses what is past the end, legacy or unknown', () => {
    const base = { rolloutId: 'root', endOrdinalExclusive: 21 }
    expect(() => locateBase(base, candidate)).toThrow(/ends before item 21/)
    expect(() => locateBase(base, () => undefined)).toThrow(/not stored/)
    expect(() => locateBase(base, () => ({ ...candidate('root'), historyMode: 'legacy' }))).toThrow(
      /legacy history/,
    )
  })
})

it('refuses a place in rollouts whose bases lead in a circle', () => {
  const base = { rolloutId: 'ring a', endOrdinalExclusive: 1 }
  expect(() => locateBase(base, candidate)).toThrow(/the bases of rollout ring a are cyclic/)
})

it('refuses a place where no item begins', () => {
  const base = { rolloutId: 'root', endOrdinalExclusive: 5 }
  expect(() => positionOfBase(base, 'root', null)).toThrow(/no boundary before item 5/)
})

it('refuses a byte offset that contradicts the ordinal', () => {
  const base = { rolloutId: 'root', endOrdinalExclusive: 5, endByteOffset: 51 }
  expect(() => positionOfBase(base, 'root', 50)).toThrow(/begins at byte 50, not 51/)
  expect(positionOfBase({ ...base, endByteOffset: 50 }, 'root', 50)).toEqual(at('root', 5))
})

it('refuses a position behind which the history was reverted', () => {
  const lineage = resolveLineage('t', 'fork', baseOf)
  expect(() => requireInLineage('t', at('root', 6), lineage)).toThrow(/does not run through/)
  expect(() => requireInLineage('t', at('root', 5), lineage)).not.toThrow()
})
