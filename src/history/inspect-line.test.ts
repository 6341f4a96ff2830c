import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inspectLine, type LineShape } from './inspect-line.js'

/** What `JSON.parse` makes of a text, in the words of a line's shape. */
function shapeByParsing(text: string): LineShape {
  if (/^[ \t\r\n]*$/.test(text)) return 'blank'
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not-item'
    return typeof (value as { type?: unknown }).type === 'string' ? 'item' : 'not-item'
  } catch {
    return 'malformed'
  }
}

const scraps = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  ' ',
  '\t',
  '\n',
  '\r',
  '\f',
  '"',
  '"a"',
  '"type"',
  '"\\u0074ype"',
  '"\\n"',
  '"\\x"',
  '"\\u12"',
  '"\\ud83d\\ude42"',
  '\u0001',
  'true',
  'false',
  'null',
  'nul',
  '0',
  '-',
  '-0',
  '01',
  '12',
  '1.5',
  '1.',
  '.5',
  '1e5',
  '1E+5',
  '1e',
  '1e-',
  '+1',
  'é',
  '🙂',
  '\u2028',
] as const

/** Texts that are JSON, nearly JSON, or made of the same pieces in any order. */
const jsonLike = fc.oneof(
  fc.json(),
  fc.array(fc.constantFrom(...scraps), { maxLength: 8 }).map((parts) => parts.join('')),
  fc
    .array(fc.constantFrom(...scraps), { maxLength: 4 })
    .map((parts) => `{"type":"t","x":${parts.join('')}}`),
  fc.tuple(fc.json(), fc.nat(), fc.constantFrom(...scraps)).map(([text, where, scrap]) => {
    const at = where % (text.length + 1)
    return text.slice(0, at) + scrap + text.slice(at + (where % 3))
  }),
)

describe('inspectLine', () => {
  test('accepts exactly what JSON.parse accepts', () => {
    fc.assert(
      fc.property(jsonLike, (text) => {
        const bytes = Buffer.from(text)
        expect(inspectLine(bytes).shape).toBe(shapeByParsing(bytes.toString('utf8')))
      }),
      { numRuns: 5000 },
    )
  })

  test('reads the type and the ordinal of the item itself, the last of each', () => {
    const line =
      '{"ordinal":1,"payload":{"type":"x","ordinal":9},"type":"a","type":"b","ordinal":7}'
    expect(inspectLine(Buffer.from(line))).toMatchObject({ shape: 'item', type: 'b', ordinal: 7 })
  })

  test.each(['-1', '1.0', '1e2', '9007199254740993', '"3"', 'null'])(
    '%s is no ordinal',
    (ordinal) => {
      const line = Buffer.from(`{"type":"t","ordinal":5,"ordinal":${ordinal}}`)
      expect(inspectLine(line)).toMatchObject({ shape: 'item', ordinal: null })
    },
  )

  test.each([
    ['9007199254740991', false],
    ['-9007199254740991', false],
    ['9007199254740993', true],
    ['18446744073709551615', true],
    ['0.1234567890123456789', false],
    ['1e300', false],
    ['1e400', true],
    ['"9007199254740993"', false],
  ])('%s is beyond a double: %s', (number, unsafeNumber) => {
    const line = Buffer.from(`{"type":"t","payload":[${number}]}`)
    expect(inspectLine(line)).toMatchObject({ shape: 'item', unsafeNumber })
  })

  test.each([
    ['\\ud83d\\ude42', false],
    ['\\uD83D\\uDE42', false],
    ['\\ud83d', true],
    ['\\ud83dx', true],
    ['\\ude42\\ud83d', true],
    ['\\ud83d\\ud83d\\ude42', true],
    ['\\\\ud83d', false],
  ])('%s holds half a character: %s', (text, loneSurrogate) => {
    const line = Buffer.from(`{"type":"${text}"}`)
    expect(inspectLine(line)).toMatchObject({ shape: 'item', loneSurrogate })
  })

  test('says where the JSON begins and where reading stopped', () => {
    expect(inspectLine(Buffer.from('\ufeff{"type":"t"}'))).toMatchObject({ bomLength: 3 })
    expect(inspectLine(Buffer.from('{"type":tru}'))).toMatchObject({ stoppedAt: 11 })
  })

  test('looks at a view of bytes as it looks at a buffer', () => {
    const bytes = new TextEncoder().encode('xx{"type":"t"}xx').subarray(2, -2)
    expect(inspectLine(bytes)).toMatchObject({ shape: 'item', type: 't' })
  })
})
