import { expect, test } from 'vitest'
import { previewOfUserItem, previewOfUserMessage } from './preview.js'

test.each([
  { message: '  hello \n', says: 'hello' },
  { message: 'open files: a.ts\n## My request for Codex:\n fix it', says: 'fix it' },
])('a message says what was asked: $says', ({ message, says }) => {
  expect(previewOfUserMessage({ message, images: [] })).toEqual({ preview: says, title: says })
})

test('a message of images alone is a preview and no title', () => {
  const seen = { preview: '[Image]', title: null }
  expect(previewOfUserMessage({ message: ' ', images: ['data:,'] })).toEqual(seen)
  expect(previewOfUserMessage({ message: '', local_images: ['/a.png'] })).toEqual(seen)
  expect(previewOfUserItem({ content: [{ type: 'local_image', path: '/a.png' }] })).toEqual(seen)
})

test('a blank message says nothing', () => {
  const nothing = { preview: null, title: null }
  expect(previewOfUserMessage({ message: ' \n ', images: [], local_images: [] })).toEqual(nothing)
  expect(previewOfUserMessage({ message: 'x\n## My request for Codex:\n ' })).toEqual(nothing)
  expect(previewOfUserItem({})).toEqual(nothing)
})

test('an item says what its text parts say', () => {
  const content = [
    { type: 'text', text: 'look ', text_elements: [] },
    { type: 'image', image_url: 'data:,' },
    { type: 'text', text: 'here' },
  ]
  expect(previewOfUserItem({ content })).toEqual({ preview: 'look here', title: 'look here' })
})
