import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createHttpThreadServer,
  type HttpThreadServer,
} from '../../src/stores/http/http-thread-server.js'
import { memoryBehind } from './memory-behind.js'

const REQUESTS_MAX = 4
let server: HttpThreadServer
let port = 0

beforeAll(async () => {
  const behind = memoryBehind()
  server = await createHttpThreadServer({
    open: (namespace) => behind.open(namespace),
    limits: {
      headersTimeoutMs: 300,
      requestTimeoutMs: 600,
      headerBytesMax: 4_096,
      requestsMax: REQUESTS_MAX,
      bufferedBytesMax: 100_000,
      bodyBytesMax: 60_000,
    },
  })
  port = Number(new URL(await server.listen({ port: 0 })).port)
})

afterAll(() => server.close())

/** Sends pieces, with a pause before each, and gives all that comes back. */
function exchange(...pieces: readonly (string | number)[]): Promise<string> {
  return exchangeAt(port, ...pieces)
}

async function exchangeAt(at: number, ...pieces: readonly (string | number)[]): Promise<string> {
  const socket = connect(at, '127.0.0.1')
  socket.on('error', () => {})
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  const closed = new Promise((resolve) => {
    socket.on('close', resolve)
  })
  for (const piece of pieces) {
    if (typeof piece === 'number') await sleep(piece)
    else socket.write(piece)
  }
  await Promise.race([closed, sleep(5_000)])
  socket.destroy()
  return text
}

const list = (...headers: string[]): string =>
  ['POST /v1/threads/list HTTP/1.1', 'Host: localhost', ...headers, '', ''].join('\r\n')
const json = 'Content-Type: application/json'

describe('a connection', () => {
  test.each([
    ['what is no HTTP', ['\x16\x03\x01\x02\x00 hello\r\n\r\n'], '400'],
    ['headers that are too large', [list(`X-Long: ${'x'.repeat(10_000)}`)], '431'],
    ['two lengths', [list(json, 'Content-Length: 5', 'Content-Length: 6'), '{}'], '400'],
    ['a length and chunks', [list('Content-Length: 5', 'Transfer-Encoding: chunked'), '0'], '400'],
    ['two hosts', [list('Host: localhost', 'Connection: close')], '400'],
    ['a length that is none', [list(json, 'Content-Length: -5')], '400'],
    ['chunks', [list(json, 'Transfer-Encoding: chunked', 'Connection: close'), '0\r\n\r\n'], '411'],
    ['a body that is too large', [list(json, 'Content-Length: 99999999')], '413'],
    ['another host', ['GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'], '403'],
    ['another origin', [list('Origin: http://evil.example', 'Connection: close')], '403'],
    ['headers that do not end', ['GET / HTTP/1.1\r\nHost: localhost\r\n', 200, 'X: y\r\n'], '408'],
    ['a body that does not end', [list(json, 'Content-Length: 100'), '{"pageSize"'], '408'],
  ])('with %s is answered with the right status', async (_what, pieces, status) => {
    const text = await exchange(...pieces)
    expect(text.slice(0, 12)).toBe(`HTTP/1.1 ${status}`)
    const body = text.slice(text.indexOf('\r\n\r\n') + 4)
    expect(JSON.parse(body)).toMatchObject({ code: expect.any(String), reason: expect.any(String) })
  })

  test('is refused, and later not, while too many requests are under way', async () => {
    const slow = Array.from({ length: REQUESTS_MAX }, () =>
      exchange(
        list(json, 'Content-Length: 20', 'Connection: close'),
        300,
        '{"pageSize":1}      ',
        300,
      ),
    )
    await sleep(100)
    const refused = await exchange(list('Content-Length: 0', 'Connection: close'))
    expect(refused).toMatch(/^HTTP\/1.1 503.*retry-after: 1.*too-many-requests/is)
    await Promise.all(slow)
    const later = await exchange(
      list(json, 'Content-Length: 14', 'Connection: close'),
      '{"pageSize":1}',
    )
    expect(later.slice(0, 12)).toBe('HTTP/1.1 200')
  })

  test('is refused while too many bytes are on their way', async () => {
    const large = list(json, 'Content-Length: 60000', 'Connection: close')
    const first = exchange(large, 300)
    await sleep(100)
    expect(await exchange(large)).toMatch(/^HTTP\/1.1 503.*too-many-bytes/is)
    await first
  })
})

describe('a server that shuts down', () => {
  async function begun(): Promise<{ readonly closing: HttpThreadServer; readonly at: number }> {
    const behind = memoryBehind()
    const closing = await createHttpThreadServer({
      open: (namespace) => behind.open(namespace),
      limits: { drainMs: 300 },
    })
    return { closing, at: Number(new URL(await closing.listen({ port: 0 })).port) }
  }

  test('finishes a request that it has begun', async () => {
    const { closing, at } = await begun()
    const answered = exchangeAt(at, list(json, 'Content-Length: 14'), 150, '{"pageSize":1}')
    await sleep(50)
    await closing.close()
    expect((await answered).slice(0, 12)).toBe('HTTP/1.1 200')
  })

  test('does not wait for ever for a caller that has stopped', async () => {
    const { closing, at } = await begun()
    const stopped = exchangeAt(at, list(json, 'Content-Length: 14'), '{"pag')
    await sleep(50)
    await closing.close()
    expect(await stopped).toBe('')
  })
})

test.each([
  ['kept when it can stand in a log', 'trace-1/2', 'trace-1/2'],
  ['replaced when it cannot', '"},{"', expect.stringMatching(/^[0-9a-f-]{36}$/)],
])('the id that a request brings is %s', async (_how, id, kept) => {
  const headers = { 'x-request-id': id }
  const response = await fetch(`http://127.0.0.1:${port}/healthz`, { headers })
  expect(response.headers.get('x-request-id')).toEqual(kept)
})
