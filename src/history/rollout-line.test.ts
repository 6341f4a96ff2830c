import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RolloutItem } from '../protocol/rollout-item.js'
import { LINE_BYTES_MAX, parseRolloutLine, printRolloutLine } from './rollout-line.js'

function print(item: RolloutItem): string {
  return printRolloutLine(item).toString('utf8')
}

function parse(text: string): unknown {
  return parseRolloutLine(Buffer.from(text))
}

function codeOf(bytes: Uint8Array | string): string | null {
  const parsed = parseRolloutLine(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
  return 'finding' in parsed ? parsed.finding.code : null
}

/** Any item, with keys and strings that are hard on JSON. */
const anyItem = fc
  .tuple(
    fc.string({ unit: 'binary' }),
    fc.dictionary(fc.string({ unit: 'binary' }), anyJson(), { noNullPrototype: true }),
    fc.option(anyJson(), { nil: undefined }),
  )
  .map(([type, rest, payload]) => {
    const item = JSON.parse('{}') as Record<string, unknown>
    for (const key of Object.keys(rest)) define(item, key, rest[key])
    define(item, 'type', type)
    if (payload !== undefined) define(item, 'payload', payload)
    return item as unknown as RolloutItem
  })

function anyJson(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.jsonValue({ stringUnit: 'binary' }),
    fc.constantFrom<unknown>(-0, [-0, 0, { a: -0 }], '\ud800', '\udc00\ud800', '\u2028', '\u0000'),
    fc.constant(JSON.parse('{"__proto__":{"polluted":-0},"constructor":1}')),
    fc.constant({ text: ',0,' }),
  )
}

function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  })
}

describe('printRolloutLine', () => {
  test('puts timestamp, ordinal, type and payload first and the rest as given', () => {
    expect(
      print({ metadata: { a: 1 }, payload: {}, type: 't', ordinal: 3, timestamp: 'now' }),
    ).toBe('{"timestamp":"now","ordinal":3,"type":"t","payload":{},"metadata":{"a":1}}\n')
  })

  test('leaves out what is undefined', () => {
    const item = { type: 't', payload: undefined, more: undefined } as unknown as RolloutItem
    expect(print(item)).toBe('{"type":"t"}\n')
  })

  test('writes U+2028 as it is and half a character as an escape', () => {
    expect(print({ type: '\u2028\ud800' })).toBe('{"type":"\u2028\\ud800"}\n')
  })

  test('keeps -0', () => {
    expect(print({ type: 't', payload: [-0, 0, ',0,'] })).toBe(
      '{"type":"t","payload":[-0,0,",0,"]}\n',
    )
    expect(print({ type: 't', payload: -0 })).toBe('{"type":"t","payload":-0}\n')
  })

  test('what it prints is read back deep-equal', () => {
    fc.assert(
      fc.property(anyItem, (item) => {
        const line = printRolloutLine(item)
        expect(line.indexOf(10)).toBe(line.length - 1)
        deepStrictEqual(parseRolloutLine(line), { item })
      }),
    )
  })
})

describe('parseRolloutLine', () => {
  test('reads a line with and without its line feed, and with CR', () => {
    const item = { type: 't' }
    expect(['{"type":"t"}', '{"type":"t"}\n', ' {"type" : "t"}\r\n'].map(parse)).toEqual([
      { item },
      { item },
      { item },
    ])
  })

  test('keeps __proto__ as a key', () => {
    const parsed = parse('{"type":"t","__proto__":{"polluted":true}}') as { item: object }
    expect(Object.keys(parsed.item)).toEqual(['type', '__proto__'])
    expect((parsed.item as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test('takes the last of two equal keys', () => {
    expect(parse('{"type":"a","type":"b"}')).toEqual({ item: { type: 'b' } })
    expect(codeOf('{"type":"a","\\u0074ype":1}')).toBe('UNRECOGNISED_LINE')
  })

  test('keeps numbers with fractions', () => {
    expect(parse('{"type":"t","payload":{"rate":0.30000000000000004,"big":1.5e300}}')).toEqual({
      item: { type: 't', payload: { rate: 0.30000000000000004, big: 1.5e300 } },
    })
  })

  test('reads past a byte order mark', () => {
    expect(parse('\ufeff{"type":"t"}')).toEqual({ item: { type: 't' } })
  })

  test.each([
    ['', 'BLANK_LINE'],
    [' \r', 'BLANK_LINE'],
    ['[]', 'UNRECOGNISED_LINE'],
    ['"text"', 'UNRECOGNISED_LINE'],
    ['{"payload":{"type":"t"}}', 'UNRECOGNISED_LINE'],
    ['{"type":null}', 'UNRECOGNISED_LINE'],
    ['{"type":"t"', 'MALFORMED_LINE'],
    ['{"type":"t"}{"timestamp":"now","type":"t"}', 'GLUED_LINE'],
    ['{"type":"t"},', 'MALFORMED_LINE'],
    ['{"type":"t","payload":{"tim{"timestamp":"now","type":"t"}', 'GLUED_LINE'],
    ['{"type":"t"}{"timestamp":"now","ty', 'GLUED_LINE'],
    ['{"type":"t","payl{"timestamp":"now","ty', 'MALFORMED_LINE'],
    ['\u0000\u0000{"type":"t"}', 'NUL_PADDING'],
  ])('%j is %s', (text, code) => {
    expect(codeOf(text)).toBe(code)
  })

  test('takes no item that is nested deeper than the limit, by however much', () => {
    const nested = (depth: number): string =>
      `{"type":"t","payload":${'['.repeat(depth)}${']'.repeat(depth)}}`
    expect([511, 512, 100_000].map((depth) => codeOf(nested(depth)))).toEqual([
      null,
      'TOO_DEEP_LINE',
      'TOO_DEEP_LINE',
    ])
    expect(codeOf('['.repeat(100_000))).toBe('MALFORMED_LINE')
  })

  test('refuses bytes that are not UTF-8 instead of replacing them', () => {
    expect(codeOf(Buffer.from('{"type":"\xff"}', 'latin1'))).toBe('INVALID_UTF8')
  })

  test('says of a finding how long the line is and quotes nothing', () => {
    const message = 'the line is not JSON'
    expect(parse('{"type":"t",}')).toEqual({
      finding: { code: 'MALFORMED_LINE', length: 13, message },
    })
  })

  test('does not look into a line that no string could hold', () => {
    expect(codeOf(Buffer.alloc(LINE_BYTES_MAX + 1))).toBe('OVERSIZE_LINE')
  })

  test('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(parseRolloutLine(bytes)).toHaveProperty('finding')
      }),
    )
  })
})
