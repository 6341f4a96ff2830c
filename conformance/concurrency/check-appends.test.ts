import { describe, expect, test } from 'vitest'
import type {
  AppendCall,
  AppendHistory,
  AppendPromises,
  FlushCall,
  ReadCall,
} from './append-history.js'
import { appendAnomaly } from './check-appends.js'

/** Spans are written as `[begin, end]`; labels as one text. */
type Span = readonly [number, number]

function append(
  [begin, end]: Span,
  labels: string,
  result: AppendCall['result'] = 'stored',
  client = 'A',
): AppendCall {
  return { client, begin, end, labels: labels.split(' '), result }
}

function read([begin, end]: Span, labels: string, client = 'A'): ReadCall {
  return { client, begin, end, labels: labels === '' ? [] : labels.split(' ') }
}

function history(
  appends: readonly AppendCall[],
  reads: readonly ReadCall[],
  flushes: readonly FlushCall[] = [],
): AppendHistory {
  return { appends, reads, flushes }
}

const strict: AppendPromises = { readYourWrites: 'always', inIssueOrder: false }

describe('a history that a correct store can have', () => {
  test.each<[string, AppendHistory]>([
    ['nothing happened', history([], [])],
    ['nothing was read', history([append([1, 2], 'a')], [])],
    ['a read before any append', history([append([3, 4], 'a')], [read([1, 2], '')])],
    [
      'appends one after the other',
      history([append([1, 2], 'a b'), append([3, 4], 'c')], [read([5, 6], 'a b c')]),
    ],
    [
      'appends that overlap, in either order',
      history([append([1, 4], 'a'), append([2, 3], 'b')], [read([5, 6], 'b a')]),
    ],
    [
      'a read beside an append that sees it',
      history([append([1, 4], 'a')], [read([2, 3], 'a'), read([5, 6], 'a')]),
    ],
    [
      'a read beside an append that does not see it',
      history([append([1, 4], 'a')], [read([2, 3], ''), read([5, 6], 'a')]),
    ],
    [
      'reads that overlap and see different lengths',
      history([append([1, 8], 'a')], [read([2, 6], ''), read([3, 5], 'a'), read([9, 10], 'a')]),
    ],
    ['an append that was refused', history([append([1, 2], 'a', 'refused')], [read([3, 4], '')])],
    [
      'an append of unknown outcome that took effect',
      history([append([1, Infinity], 'a', 'unknown')], [read([3, 4], 'a')]),
    ],
    [
      'an append of unknown outcome that did not',
      history([append([1, Infinity], 'a', 'unknown')], [read([3, 4], '')]),
    ],
    [
      'an append of unknown outcome that took effect late',
      history([append([1, 2], 'a', 'unknown')], [read([3, 4], ''), read([5, 6], 'a')]),
    ],
  ])('%s', (_, legal) => {
    expect(appendAnomaly(legal, strict)).toBeNull()
  })
})

describe('an anomaly', () => {
  const [a, b] = [append([1, 2], 'a'), append([3, 4], 'b')]

  test.each<[string, string, AppendHistory]>([
    ['lost', 'an acknowledged item is not read', history([a, b], [read([5, 6], 'a')])],
    ['lost', 'nothing is read', history([a], [read([5, 6], '')])],
    [
      'stale',
      'an early read misses what a late one has',
      history([a], [read([3, 4], ''), read([5, 6], 'a')]),
    ],
    [
      'stale',
      'another client does not see it',
      history([a], [read([5, 6], '', 'B'), read([7, 8], 'a')]),
    ],
    ['duplicated', 'an item is read twice', history([a], [read([3, 4], 'a a')])],
    ['phantom', 'an item was never appended', history([a], [read([3, 4], 'a x')])],
    [
      'phantom',
      'an item was refused',
      history([append([1, 2], 'a', 'refused')], [read([3, 4], 'a')]),
    ],
    [
      'from-the-future',
      'an item is read before its append begins',
      history([append([5, 6], 'a')], [read([1, 2], 'a')]),
    ],
    ['reordered', 'a later append is stored first', history([a, b], [read([5, 6], 'b a')])],
    [
      'reordered',
      'a batch is turned round',
      history([append([1, 2], 'a b')], [read([3, 4], 'b a')]),
    ],
    [
      'reordered',
      'two batches are mixed',
      history([append([1, 4], 'a b'), append([2, 3], 'c d')], [read([5, 6], 'a c b d')]),
    ],
    ['torn', 'half a batch is stored', history([append([1, 2], 'a b')], [read([3, 4], 'a')])],
    [
      'torn',
      'half a batch of unknown outcome is stored',
      history([append([1, Infinity], 'a b', 'unknown')], [read([3, 4], 'a')]),
    ],
    [
      'torn',
      'a read sees half a batch that is stored later',
      history([append([1, 4], 'a b')], [read([2, 3], 'a'), read([5, 6], 'a b')]),
    ],
    [
      'not-a-prefix',
      'two reads disagree',
      history([append([1, 6], 'a'), append([2, 5], 'b')], [read([3, 4], 'b'), read([7, 8], 'a b')]),
    ],
    [
      'went-back',
      'a later read sees less',
      history(
        [append([1, 10], 'a')],
        [read([2, 3], 'a'), read([4, 5], '', 'B'), read([11, 12], 'a')],
      ),
    ],
  ])('%s: %s', (kind, _, illegal) => {
    expect(appendAnomaly(illegal, strict)).toMatchObject({ kind })
  })

  test('shows the calls that contradict each other, in a sentence', () => {
    const missing = read([5, 6], 'a', 'B')
    expect(appendAnomaly(history([a, b], [missing]), strict)).toEqual({
      kind: 'lost',
      message: 'the read [a] by B began after [b] was acknowledged, and lacks it',
      calls: [b, missing],
    })
  })
})

describe('a store that shows appends to others after a flush', () => {
  const promises: AppendPromises = { readYourWrites: 'after-flush', inIssueOrder: false }
  const a = append([1, 2], 'a')

  test('may hide an append from them until then', () => {
    const hidden = history([a], [read([3, 4], '', 'B'), read([5, 6], 'a')])
    expect(appendAnomaly(hidden, promises)).toBeNull()
  })

  test('may show one client less than another saw', () => {
    const uneven = history([a], [read([3, 4], 'a'), read([5, 6], '', 'B'), read([7, 8], 'a')])
    expect(appendAnomaly(uneven, promises)).toBeNull()
  })

  test('hides nothing from whoever appended it', () => {
    const stale = history([a], [read([3, 4], ''), read([5, 6], 'a')])
    expect(appendAnomaly(stale, promises)).toMatchObject({ kind: 'stale' })
  })

  test('hides nothing from anybody after the flush', () => {
    const flushed = [{ client: 'A', begin: 3, end: 4 }]
    const stale = history([a], [read([5, 6], '', 'B'), read([7, 8], 'a')], flushed)
    expect(appendAnomaly(stale, promises)).toMatchObject({ kind: 'stale' })
  })

  test('owes others only what was acknowledged when the flush began', () => {
    const late = history(
      [a, append([3, 6], 'b')],
      [read([8, 9], 'a', 'B'), read([10, 11], 'a b')],
      [{ client: 'A', begin: 4, end: 7 }],
    )
    expect(appendAnomaly(late, promises)).toBeNull()
  })
})

describe('a store that keeps the order of issue', () => {
  const promises: AppendPromises = { readYourWrites: 'always', inIssueOrder: true }

  test('lets no append of a client overtake an earlier one', () => {
    const swapped = history([append([1, 4], 'a'), append([2, 3], 'b')], [read([5, 6], 'b a')])
    expect(appendAnomaly(swapped, promises)).toMatchObject({ kind: 'overtaken' })
  })

  test('lets appends of two clients pass each other', () => {
    const swapped = history(
      [append([1, 4], 'a'), append([2, 3], 'b', 'stored', 'B')],
      [read([5, 6], 'b a')],
    )
    expect(appendAnomaly(swapped, promises)).toBeNull()
  })
})

test('ten thousand appends and reads are checked in the time of one pass', () => {
  const labels = Array.from({ length: 10_000 }, (_, index) => `i${index}`)
  const appends = labels.map((label, index) => append([4 * index + 1, 4 * index + 2], label))
  const reads = [
    read([4 * labels.length, 4 * labels.length + 1], labels.join(' ')),
    ...labels.map((_, index) => read([4 * index + 1.5, 4 * index + 1.6], '')).slice(0, 1),
  ]
  expect(appendAnomaly(history(appends, reads), strict)).toBeNull()
})
