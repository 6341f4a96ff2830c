import { expect, test } from 'vitest'
import { createByteChannel } from './byte-channel.js'

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const chunk of chunks) text += Buffer.from(chunk).toString()
  return text
}

test('the reader gets what is written, in order and to its end', async () => {
  const channel = createByteChannel()
  const reading = collect(channel)
  for (const text of ['one ', 'two ', 'three']) await channel.write(Buffer.from(text))
  channel.end()
  expect(await reading).toBe('one two three')
})

test('a write waits until the reader takes the bytes', async () => {
  const channel = createByteChannel()
  let taken = false
  const writing = channel.write(Buffer.from('x')).then(() => {
    taken = true
  })
  await Promise.resolve()
  expect(taken).toBe(false)
  const reader = channel[Symbol.asyncIterator]()
  expect((await reader.next()).value).toEqual(Buffer.from('x'))
  await writing
  expect(taken).toBe(true)
})

test('a failure comes after the bytes before it', async () => {
  const channel = createByteChannel()
  const reader = channel[Symbol.asyncIterator]()
  const writing = channel.write(Buffer.from('x'))
  channel.fail(new RangeError('broken off'))
  expect((await reader.next()).value).toEqual(Buffer.from('x'))
  await writing
  await expect(reader.next()).rejects.toThrow('broken off')
})

test('nobody waits for a reader that has left', async () => {
  const channel = createByteChannel()
  const writing = channel.write(Buffer.from('x'))
  for await (const _ of channel) break
  await writing
  await channel.write(Buffer.from('y'))
  channel.end()
  expect(await collect(channel)).toBe('')
})
