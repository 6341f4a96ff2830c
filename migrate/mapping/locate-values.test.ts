import fc from 'fast-check'
import { expect, test } from 'vitest'
import { locateValues } from './locate-values.js'

function found(text: string, ...paths: string[]): string[] {
  return locateValues(text, new Set(paths)).map(({ start, end }) => text.slice(start, end))
}

test('finds values by their path, whatever stands around them', () => {
  const text = '{ "a" : {"b":"x\\"}","c":[1, "y",{"b":"no"}]} ,"b": -1.5e3, "a":{"b":"again"}}'
  expect(found(text, 'a.b', 'b')).toEqual(['"x\\"}"', '-1.5e3', '"again"'])
  expect(found(text, 'a.c.*')).toEqual(['1', '"y"'])
  expect(found(text, 'a')).toEqual([])
})

test('a key is what it spells', () => {
  expect(found('{"\\u0061":1}', 'a')).toEqual(['1'])
})

test('finds in any JSON what parsing finds there', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (noise, value) => {
      const text = JSON.stringify({ noise, deep: { list: [noise], value } }, null, 1)
      expect(found(text, 'deep.value').map((place): unknown => JSON.parse(place))).toEqual([value])
    }),
  )
})
