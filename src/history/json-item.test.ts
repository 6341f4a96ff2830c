import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { itemProblem } from './json-item.js'
import { ITEM_DEPTH_MAX, parseRolloutLine } from './rollout-line.js'

class Payload {
  readonly text = 'x'
}

function nested(depth: number): unknown {
  let value: unknown = 'x'
  for (let level = 1; level < depth; level += 1) value = { value }
  return { type: 't', payload: value }
}

const cyclic: Record<string, unknown> = { type: 't' }
cyclic['payload'] = { again: [cyclic] }

const shared = { a: 1 }

const holes = [1]
holes[2] = 3

const hidden = Object.defineProperty({ type: 't' }, 'secret', { value: 1 })

const accessor = {
  type: 't',
  get payload(): never {
    throw new TypeError('itemProblem ran the value')
  },
}

describe('itemProblem', () => {
  test('has nothing against JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (payload) => {
        expect(itemProblem({ type: 't', payload })).toBeNull()
      }),
    )
  })

  test.each([
    ['__proto__ as a key', JSON.parse('{"type":"t","__proto__":{"a":1}}')],
    ['no prototype', Object.assign(Object.create(null) as object, { type: 't' })],
    ['another realm', runInNewContext('({ type: "t", payload: [{}] })')],
    ['one object in two places', { type: 't', payload: [shared, shared] }],
    ['a toJSON that is data', { type: 't', payload: { toJSON: 'no function' } }],
    ['-0 and half a character', { type: 't', payload: [-0, '\ud800'] }],
  ])('has nothing against %s', (_, item) => {
    expect(itemProblem(item)).toBeNull()
  })

  test.each([
    ['no object', 'text', 'item: is not an object'],
    ['an array', [], 'item: is not an object'],
    ['no type', {}, 'type: is not a string'],
    ['a type that is no string', { type: 1 }, 'type: is not a string'],
    ['undefined', { type: 't', payload: undefined }, 'payload: is undefined'],
    ['NaN', { type: 't', payload: { n: NaN } }, 'payload.n: is NaN, which JSON cannot hold'],
    ['a bigint', { type: 't', payload: [0, 1n] }, 'payload[1]: is a bigint'],
    ['a function', { type: 't', payload: { 'a b': () => 1 } }, 'payload["a b"]: is a function'],
    ['a symbol', { type: Symbol('t') }, 'type: is a symbol'],
    ['a date', { type: 't', payload: new Date(0) }, 'payload: is an instance of Date'],
    ['a map', { type: 't', payload: [new Map()] }, 'payload[0]: is an instance of Map'],
    [
      'a class instance',
      { type: 't', payload: new Payload() },
      'payload: is an instance of Payload',
    ],
    ['bytes', { type: 't', payload: Buffer.from('x') }, 'payload: is an instance of Buffer'],
    [
      'an array of nothing',
      { type: 't', payload: Object.setPrototypeOf([], null) as unknown },
      'payload: is an instance of an unnamed class',
    ],
    ['an array with holes', { type: 't', payload: holes }, 'payload: is an array with holes'],
    [
      'an array with a name',
      { type: 't', payload: Object.assign([1], { name: 'x' }) },
      'payload: is an array with the key "name"',
    ],
    ['an accessor', accessor, 'item: has the accessor "payload"'],
    ['a hidden key', hidden, 'item: has the hidden key "secret"'],
    ['a symbol key', { type: 't', [Symbol('s')]: 1 }, 'item: has the symbol key Symbol(s)'],
    ['a cycle', cyclic, 'payload.again[0]: contains itself'],
  ])('refuses %s', (_, item, problem) => {
    expect(itemProblem(item)).toBe(problem)
  })

  test('allows the depth that a line may have, and no more', () => {
    expect(itemProblem(nested(ITEM_DEPTH_MAX))).toBeNull()
    expect(itemProblem(nested(ITEM_DEPTH_MAX + 1))).toMatch(/: is nested deeper than 512 levels$/)
    const parsed = [ITEM_DEPTH_MAX, ITEM_DEPTH_MAX + 1].map(
      (depth) => 'item' in parseRolloutLine(Buffer.from(JSON.stringify(nested(depth)))),
    )
    expect(parsed).toEqual([true, false])
  })

  test('measures an item as it is printed, with room for what a store fills in', () => {
    const sized = (payload: unknown, bytesMax: number): string | null =>
      itemProblem({ type: 't', payload }, bytesMax)
    expect(sized('x'.repeat(100), 250)).toBeNull()
    expect(sized('x'.repeat(100), 100)).toBe('payload: makes the item longer than 100 bytes')
    for (const payload of ['\0'.repeat(30), '\u2028'.repeat(60), { ['x'.repeat(180)]: 1 }]) {
      expect(sized(payload, 250)).toBe('item: is longer than 250 bytes when it is printed')
      expect(sized(payload, 350)).toBeNull()
    }
  })

  test('does not overflow on what is nested very deep', () => {
    expect(itemProblem(nested(1_000_000))).toMatch(/nested deeper/)
  })
})
