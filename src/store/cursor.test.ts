import { expect, it } from 'vitest'
import { decodeCursor, encodeCursor } from './cursor.js'

const anchor = { value: '2026-11-22T11:59:46.552Z', id: 'a', inclusive: false }

it('gives back the anchor to the query that made it', () => {
  expect(decodeCursor(['q'], encodeCursor(['q'], anchor))).toEqual(anchor)
})

it.each([
  ['another query', encodeCursor(['other'], anchor)],
  ['no base64', '%%%'],
  ['another shape', Buffer.from('[1,"x"]').toString('base64url')],
  ['another version', Buffer.from('[2,"x","y","z",0]').toString('base64url')],
  ['nothing', ''],
])('refuses a cursor of %s', (_what, cursor) => {
  expect(() => decodeCursor(['q'], cursor)).toThrow(/invalid cursor/)
})
