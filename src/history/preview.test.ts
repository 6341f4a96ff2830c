import { expect, test } from 'vitest'
import { previewOfGoal, previewOfUserItem, previewOfUserMessage } from './preview.js'

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
  expect(previewOfUserMessage({ message: 7, images: 'many' })).toEqual(nothing)
  expect(previewOfUserItem({})).toEqual(nothing)
})

test('an item says what its text parts say, joined as Codex joins them', () => {
  const content = [
    { type: 'text', text: 'look', text_elements: [] },
    { type: 'image', image_url: 'data:,' },
    { type: 'skill', name: 'x', text: 'not said' },
    { type: 'text', text: ' here' },
    'text',
  ]
  expect(previewOfUserItem({ content })).toEqual({ preview: 'look here', title: 'look here' })
})

test('a goal says its objective', () => {
  expect(previewOfGoal({ goal: { objective: ' ship it ' } })).toBe('ship it')
  expect(previewOfGoal({ goal: { objective: ' ' } })).toBeNull()
  expect(previewOfGoal({ goal: 'text' })).toBeNull()
})
