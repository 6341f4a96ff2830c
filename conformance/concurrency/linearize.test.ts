import { describe, expect, test } from 'vitest'
import { type Model, brokenCore, linearize } from './linearize.js'

/** A register: `write` sets it, `read` gives what it holds. */
interface Call {
  readonly op: 'write' | 'read'
  readonly value: number
  readonly begin: number
  readonly end: number
}

const register: Model<number, Call> = {
  initial: 0,
  step: (state, { op, value, end }) => {
    if (op === 'read') return state === value || end === Infinity ? [state] : []
    return end === Infinity ? [state, value] : [value]
  },
  changesNothing: ({ op }) => op === 'read',
  unfinished: (call) => ({ ...call, end: Infinity }),
  key: String,
}

function write(value: number, begin: number, end: number): Call {
  return { op: 'write', value, begin, end }
}

function read(value: number, begin: number, end: number): Call {
  return { op: 'read', value, begin, end }
}

describe('a linearizable history', () => {
  test.each<[string, readonly Call[]]>([
    ['that is empty', []],
    [
      'of calls one after the other',
      [write(1, 1, 2), read(1, 3, 4), write(2, 5, 6), read(2, 7, 8)],
    ],
    ['where a read overlaps a write and sees it', [write(1, 1, 4), read(1, 2, 3)]],
    ['where a read overlaps a write and does not see it', [write(1, 1, 4), read(0, 2, 3)]],
    [
      'where two writes overlap and reads say which was last',
      [write(1, 1, 5), write(2, 2, 6), read(2, 3, 4), read(1, 7, 8)],
    ],
    ['where a write that never returned took effect', [write(1, 1, Infinity), read(1, 5, 6)]],
    ['where a write that never returned did not', [write(1, 1, Infinity), read(0, 5, 6)]],
    [
      'where a write that never returned takes effect late',
      [write(1, 1, Infinity), read(0, 5, 6), read(1, 7, 8)],
    ],
  ])('%s', (_, calls) => {
    const verdict = linearize(calls, register)
    expect(verdict).toMatchObject({ kind: 'linearizable' })
  })

  test('has an order that keeps what happened before what', () => {
    const [first, second, third] = [write(1, 1, 5), write(2, 2, 3), read(1, 6, 7)]
    const verdict = linearize([first, second, third], register)
    expect(verdict).toEqual({ kind: 'linearizable', order: [second, first, third] })
  })
})

describe('a history that is not linearizable', () => {
  test.each<[string, readonly Call[], Call]>([
    ['stale read', [write(1, 1, 2), read(0, 3, 4)], read(0, 3, 4)],
    ['read of what was never written', [write(1, 1, 2), read(7, 3, 4)], read(7, 3, 4)],
    [
      'reads that see two writes in different orders',
      [write(1, 1, 10), write(2, 2, 10), read(1, 11, 12), read(2, 13, 14)],
      read(2, 13, 14),
    ],
    ['read that goes back', [write(1, 1, 10), read(1, 2, 3), read(0, 4, 5)], read(0, 4, 5)],
    ['lost write', [write(1, 1, 2), write(2, 3, 4), read(1, 5, 6)], read(1, 5, 6)],
  ])('%s', (_, calls, stuck) => {
    expect(linearize(calls, register)).toMatchObject({ kind: 'broken', stuck })
  })
})

test('a search that reaches its bound gives no verdict', () => {
  const writes = Array.from({ length: 12 }, (_, value) => write(value, 1, 100))
  const contradiction = [read(1, 101, 102), read(2, 103, 104)]
  expect(linearize([...writes, ...contradiction], register, 50)).toEqual({
    kind: 'unproved',
    steps: 50,
  })
})

test('remembering where it has been keeps the search small', () => {
  const writes = Array.from({ length: 12 }, (_, value) => write(value, 1, 100))
  const contradiction = [read(1, 101, 102), read(2, 103, 104)]
  expect(linearize([...writes, ...contradiction], register, 100_000)).toMatchObject({
    kind: 'broken',
  })
})

describe('the core of a broken history', () => {
  test('is what it takes to see it', () => {
    const [one, stale] = [write(1, 1, 2), read(0, 5, 6)]
    const calls = [one, read(1, 3, 4), stale, read(1, 7, 8), write(2, 9, 10)]
    expect(brokenCore(calls, register)).toEqual([one, stale])
  })

  test('has calls that were under way as calls that have not returned', () => {
    const [one, two, stale] = [write(1, 1, 2), write(2, 3, 20), read(0, 5, 6)]
    const calls = [one, two, stale, read(2, 21, 22)]
    expect(brokenCore(calls, register)).toEqual([one, { ...two, end: Infinity }, stale])
  })
})
