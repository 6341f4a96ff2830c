import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Clock } from '../../host/clock.js'
import { greet, openHandle } from './adapter.js'
import { Connection } from './connection.js'

const lineBytesMax = 500

/** A connection whose other side is the test: it sees requests and writes answers. */
function connect(timeout?: Promise<void>) {
  const input = new PassThrough()
  const output = new PassThrough()
  const clock: Clock = { now: () => 0, sleep: () => timeout ?? new Promise(() => {}) }
  let broken = 0
  const connection = new Connection({
    who: 'adapter "cat"',
    input,
    output,
    clock,
    timeoutMs: 1000,
    lineBytesMax,
    onBroken: () => {
      broken += 1
    },
  })
  return {
    connection,
    answer: (line: string | Buffer) => input.write(line),
    requests: () => written(output).split('\n').filter(Boolean),
    timesBroken: () => broken,
  }
}

/** Everything that was written so far; Node 26 gives it chunk by chunk. */
function written(output: PassThrough): string {
  const chunk = output.read() as Buffer | null
  return chunk === null ? '' : chunk.toString() + written(output)
}

const read = { op: 'readThread', h: 'A', p: {}, effect: 'none' } as const
const write = { op: 'appendItems', h: 'A', p: {}, effect: 'possible' } as const

describe('a call', () => {
  test('is a line with an id of its own, and gets the answer with that id', async () => {
    const { connection, answer, requests } = connect()
    const [first, second] = [connection.call(read), connection.call(write)]
    expect(requests()).toEqual([
      '{"id":1,"op":"readThread","h":"A","p":{}}',
      '{"id":2,"op":"appendItems","h":"A","p":{}}',
    ])
    answer('{"id":2,"ok":"second"}\n{"id":1,"o')
    answer('k":"first"}\n')
    expect(await Promise.all([first, second])).toEqual(['first', 'second'])
  })

  test('keeps what JSON.stringify would change', () => {
    const { connection, requests } = connect()
    void connection.call({ ...write, p: { zero: -0, half: '\ud800' } })
    expect(requests()).toEqual([
      '{"id":1,"op":"appendItems","h":"A","p":{"zero":-0,"half":"\\ud800"}}',
    ])
  })

  test('is rejected with the error that came', async () => {
    const { connection, answer } = connect()
    const call = connection.call(write)
    answer('{"id":1,"err":{"code":"CONFLICT","reason":"not-live","message":"no"}}\n')
    await expect(call).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'no',
      details: { reason: 'not-live' },
    })
  })

  test.each([
    ['an unknown code', '{"code":"NOPE","reason":"not-live","message":"no"}'],
    ['a reason of another code', '{"code":"CONFLICT","reason":"archived","message":"no"}'],
    ['a text instead of an error', '"no"'],
  ])('with %s is INTERNAL and shows what came', async (_, err) => {
    const { connection, answer } = connect()
    const call = connection.call(write)
    answer(`{"id":1,"err":${err}}\n`)
    await expect(call).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining(`adapter "cat" appendItems refused`),
    })
    await expect(call).rejects.toThrow(err)
  })

  test('that is aborted tells the adapter, and still waits for its answer', async () => {
    const { connection, answer, requests } = connect()
    const controller = new AbortController()
    const call = connection.call({ ...write, signal: controller.signal })
    controller.abort()
    expect(requests().at(-1)).toBe('{"op":"$abort","p":{"id":1}}')
    answer('{"id":1,"ok":null}\n')
    expect(await call).toBeNull()
  })
})

describe('an answer that does not come', () => {
  test('is RETRYABLE for a read and OUTCOME_UNKNOWN for a write', async () => {
    const { connection } = connect(Promise.resolve())
    await expect(connection.call(read)).rejects.toMatchObject({
      code: 'RETRYABLE',
      details: { reason: 'timeout' },
      message: 'adapter "cat" did not answer readThread within 1000 ms',
    })
    await expect(connection.call(write)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
  })

  test('may come late without harm', async () => {
    const { connection, answer, timesBroken } = connect(Promise.resolve())
    await expect(connection.call(read)).rejects.toThrow('did not answer')
    answer('{"id":1,"ok":null}\n')
    await new Promise(setImmediate)
    expect(timesBroken()).toBe(0)
  })
})

describe('an adapter that is gone', () => {
  test('leaves reads RETRYABLE and writes OUTCOME_UNKNOWN', async () => {
    const { connection } = connect()
    const [reading, writing] = [connection.call(read), connection.call(write)]
    connection.end('ended with exit code 3')
    await expect(reading).rejects.toMatchObject({
      code: 'RETRYABLE',
      details: { reason: 'unavailable' },
      message: 'adapter "cat" ended with exit code 3 before it answered readThread',
    })
    await expect(writing).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      details: { reason: 'connection-lost' },
    })
  })

  test('gets no further calls, and these cannot have changed anything', async () => {
    const { connection, requests } = connect()
    connection.end('ended with exit code 0')
    await expect(connection.call(write)).rejects.toMatchObject({ code: 'RETRYABLE' })
    expect(requests()).toEqual([])
  })
})

describe('an adapter that breaks the protocol', () => {
  test.each<[string, string | Buffer, string]>([
    ['text that is no JSON', 'Listening on 8080\n', 'is no answer: "Listening on 8080"'],
    ['JSON that is no answer', '[1]\n', 'is no answer: "[1]"'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22, 0x0a]), 'is not UTF-8'],
    ['a line that is too long', `"${'x'.repeat(lineBytesMax)}"\n`, 'the limit is 500'],
    ['a line that does not end', 'x'.repeat(lineBytesMax + 1), 'the limit is 500'],
    ['an answer nobody asked for', '{"id":9,"ok":null}\n', 'call 9, which nobody made'],
  ])('with %s is told apart from a store that fails', async (_, line, message) => {
    const { connection, answer, timesBroken } = connect()
    const [reading, writing] = [connection.call(read), connection.call(write)]
    answer(line)
    await expect(reading).rejects.toMatchObject({
      code: 'INTERNAL',
      details: { reason: 'foreign-error' },
      message: expect.stringContaining('adapter "cat" '),
    })
    await expect(reading).rejects.toThrow(message)
    await expect(writing).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    await expect(connection.call(read)).rejects.toThrow(message)
    expect(timesBroken()).toBe(1)
  })

  test('with a second answer to one call is found out', async () => {
    const { connection, answer } = connect()
    const call = connection.call(read)
    answer('{"id":1,"ok":1}\n')
    expect(await call).toBe(1)
    const next = connection.call(read)
    answer('{"id":1,"ok":2}\n')
    await expect(next).rejects.toThrow('answered call 1, a second time')
  })

  test('with neither ok nor err fails that call alone', async () => {
    const { connection, answer } = connect()
    const [reading, other] = [connection.call(read), connection.call(read)]
    answer('{"id":1}\n{"id":2,"ok":2}\n')
    await expect(reading).rejects.toThrow('answered readThread with neither ok nor err')
    expect(await other).toBe(2)
  })

  test('with a greeting of another protocol is UNSUPPORTED', async () => {
    const { connection, answer } = connect()
    const greeting = greet(connection)
    answer('{"id":1,"ok":{"protocol":2,"name":"x","version":null,"doors":[]}}\n')
    await expect(greeting).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })

  test('with a handle without capabilities is refused when it is opened', async () => {
    const { connection, answer } = connect()
    const opening = openHandle(connection, '$open', null)
    answer('{"id":1,"ok":{"supports":{"search":true}}}\n')
    await expect(opening).rejects.toThrow('answered $open without its capabilities: /supports')
  })

  test('with a record of the wrong shape fails that read', async () => {
    const { connection, answer } = connect()
    const supports = {
      search: false,
      turns: false,
      items: false,
      delete: false,
      rawHistory: false,
      lineage: false,
      paths: false,
      durability: 'none',
      writers: 'single',
      materialization: 'eager',
      readYourWrites: 'always',
    }
    const opening = openHandle(connection, '$open', null)
    answer(`{"id":1,"ok":{"supports":${JSON.stringify(supports)}}}\n`)
    const store = await opening
    const reading = store.readThread({ threadId: '0190a0a0-0000-7000-8000-000000000000' })
    answer('{"id":2,"ok":{"threadId":"0190a0a0-0000-7000-8000-000000000000"}}\n')
    await expect(reading).rejects.toThrow('answered readThread with what cannot be its result')
  })
})
