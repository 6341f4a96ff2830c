import type { JsonObject, JsonValue } from '../../src/protocol/json.js'

/** Texts that stores have changed, cut or lost. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  'trailing space ',
  ' leading space',
  'tab\tand\nnewline\r\nand \u0000 NUL',
  '\u0000',
  'line \u2028 and paragraph \u2029 separators, \u0085 next line',
  'caf\u00e9 composed',
  'cafe\u0301 decomposed',
  '\ud83d\ude00 astral \ud835\udd38',
  '\ud800 lone high surrogate',
  'lone low surrogate \udc00',
  '\udfff\ud800',
  '\ufeffbyte order mark',
  '\u202eright to left',
  '%like_pattern%',
  `quotes ' " \` and \\ backslashes \\u0000`,
  '$1 {0} ${x} <b>&amp;</b>',
  '__proto__',
  'null',
  'undefined',
  '0',
  'x'.repeat(70_000),
  '😀'.repeat(300),
]

/** A field named `__proto__`, which an object literal cannot have. */
export function withProtoKey(value: JsonValue): JsonObject {
  return Object.fromEntries([['__proto__', value]])
}

/** Arrays in arrays, or objects in objects, that many levels deep. */
export function nested(depth: number, kind: 'array' | 'object'): JsonValue {
  let value: JsonValue = 'the core'
  for (let level = 0; level < depth; level += 1)
    value = kind === 'array' ? [value] : { deeper: value }
  return value
}

/** Numbers that a detour through text, a 64-bit integer or a decimal column changes. */
export const hostileNumbers: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.1,
  0.1 + 0.2,
  1e21,
  1e-7,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 53) - 2,
  2 ** 63,
  2 ** 64,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Number.MIN_VALUE,
  -Number.MIN_VALUE,
  2.2250738585072014e-308,
  4.35,
  1.7976931348623157e308,
  123456789012345680000,
]

/** Objects whose keys or shapes have tripped stores up. */
export const hostileObjects: readonly JsonObject[] = [
  {},
  { '': 'empty key' },
  withProtoKey({ polluted: true }),
  { constructor: 'c', prototype: 'p', toString: 't', hasOwnProperty: 'h' },
  { toJSON: 'not a function' },
  { 'a.b': 1, 'a/b': 2, 'a"b': 3, 'a\u0000b': 4, '\ud800': 5 },
  { é: 'composed', 'e\u0301': 'decomposed' },
  { 10: 'ten', 9: 'nine', a: 'letter' },
  { empty: { list: [], object: {}, text: '', nothing: null, no: false, zero: 0 } },
  { list: [[], [[]], [null, [null]]] },
]
