import { expect, test } from 'vitest'
import { mapPath, mapProvider, parseReplacement } from './mapping.js'

const cwd = [
  { from: '/old/', to: '/new' },
  { from: 'C:\\work', to: 'D:\\w' },
]

test.each([
  ['the folder itself', '/old', '/new'],
  ['what is below', '/old/a/b', '/new/a/b'],
  ['no folder whose name only begins alike', '/older/a', '/older/a'],
  ['no folder below another', '/x/old', '/x/old'],
  ['a folder of Windows', 'C:\\work\\p', 'D:\\w\\p'],
  ['no empty folder', '', ''],
])('a mapping of folders moves %s', (_, path, mapped) => {
  expect(mapPath(path, { cwd })).toBe(mapped)
})

test('the root of everything can be mapped', () => {
  expect(mapPath('/home/a', { cwd: [{ from: '/', to: '/mnt/disk/' }] })).toBe('/mnt/disk/home/a')
})

test('the first replacement that fits counts, and providers fit as a whole', () => {
  const provider = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
  ]
  expect(['a', 'b', 'ab'].map((name) => mapProvider(name, { provider }))).toEqual(['b', 'c', 'ab'])
})

test.each([
  ['/a=/b', { from: '/a', to: '/b' }],
  ['a=b=c', { from: 'a', to: 'b=c' }],
  ['=b', null],
  ['a=', null],
  ['ab', null],
])('%s is read as a replacement, or refused', (text, replacement) => {
  expect(parseReplacement(text)).toEqual(replacement)
})
