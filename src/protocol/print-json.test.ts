import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from './parse-json.js'
import { printJson } from './print-json.js'

test('what is printed is read back deep-equal', () => {
  const zeros = fc.constantFrom<unknown>(-0, [0, -0], { a: { b: [-0] } }, { text: ',0,' })
  const large = fc.constantFrom<unknown>(Infinity, [null, -Infinity], { a: { b: [Infinity] } })
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue({ stringUnit: 'binary' }), zeros, large), (value) => {
      expect(parseJson(printJson(value))).toStrictEqual(value)
    }),
  )
})

test('only what is -0 is printed as -0', () => {
  expect(printJson([0, -0, ',0,', { a: 0, b: -0 }])).toBe('[0,-0,",0,",{"a":0,"b":-0}]')
  expect([printJson(0), printJson(-0)]).toEqual(['0', '-0'])
})

test('half a character is escaped', () => {
  expect(printJson('\ud800\u2028')).toBe('"\\ud800\u2028"')
})
