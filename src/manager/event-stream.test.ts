import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import { EventStream } from './event-stream.js'

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = []
  for await (const value of stream) values.push(value)
  return values
}

test('a listener gets everything from when it subscribed until the end, at its own pace', async () => {
  const stream = new EventStream<number>()
  stream.push(1)
  const early = stream.subscribe(0)
  stream.push(2)
  const late = stream.subscribe()
  stream.push(3)
  stream.close()
  expect([await all(early), await all(late)]).toEqual([[0, 2, 3], [3]])
})

test('a listener that leaves at the beginning collects nothing more', async () => {
  const removed = vi.spyOn(EventEmitter.prototype, 'removeListener')
  const stream = new EventStream<number>()
  for await (const value of stream.subscribe(0)) {
    expect(value).toBe(0)
    break
  }
  expect(removed.mock.calls.map(([name]) => name)).toContain('value')
  removed.mockRestore()
})

test('who comes after the end gets the beginning and the end', async () => {
  const stream = new EventStream<number>()
  stream.close()
  expect(await all(stream.subscribe(0))).toEqual([0])
})
