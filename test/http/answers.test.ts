import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createHttpThreadServer,
  type HttpThreadServer,
  parseTokenList,
} from '../../src/stores/http/http-thread-server.js'
import { memoryBehind } from './memory-behind.js'

const threadId = '01a20320-6d70-7852-b50d-7785b67ce898'
const sha256 = createHash('sha256').update('secret').digest('hex')
const list = parseTokenList(JSON.stringify({ tokens: [{ id: 't', sha256, scopes: ['read'] }] }))
const bearer = { authorization: 'Bearer secret' }
const basic = { authorization: `Basic ${Buffer.from(':secret').toString('base64')}` }
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

let server: HttpThreadServer
let url = ''

beforeAll(async () => {
  const behind = memoryBehind()
  server = await createHttpThreadServer({
    open: (namespace) => behind.open(namespace),
    tokens: { find: (token) => Promise.resolve(list.find(token)) },
    limits: { bodyBytesMax: 1_000, bufferedBytesMax: 1_500 },
  })
  url = await server.listen({ port: 0 })
})

afterAll(() => server.close())

describe('a request that fails', () => {
  test.each([
    ['an unknown address', '/nowhere', {}, 404, 'There is no page at this address.'],
    ['the API without a token', `/v1/threads/${threadId}`, {}, 401, 'This needs a token'],
    ['a thread that is not there', `/v1/threads/${threadId}`, bearer, 404, 'no such thread'],
    ['a page without a token', '/', {}, 401, 'This needs a token'],
    ['the page of no thread', `/threads/${threadId}`, basic, 404, 'no such thread'],
    ['the page of what is no thread id', '/threads/x', basic, 400, 'no page at this address'],
    ['an address that is none', '/v1/threads/%', {}, 400, 'no page at this address'],
  ])('is a page for a browser: %s', async (_what, path, more, status, text) => {
    const response = await fetch(`${url}${path}`, { headers: { ...browser, ...more } })
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('content-security-policy')).toContain(`default-src 'none'`)
    expect(await response.text()).toContain(text)
  })

  test.each([
    ['GET', '/nowhere', 404, null],
    ['GET', '/openapiXjson', 404, null],
    ['PUT', `/v1/threads/${threadId}`, 405, 'GET, PATCH, DELETE'],
    ['POST', '/healthz', 405, 'GET, HEAD'],
    ['DELETE', '/', 405, 'GET, HEAD'],
  ])('is JSON for a program: %s %s', async (method, path, status, allow) => {
    const response = await fetch(`${url}${path}`, { method })
    expect([response.status, response.headers.get('allow')]).toEqual([status, allow])
    expect(response.headers.get('connection')).toBe('keep-alive')
    expect(await response.json()).toMatchObject({ code: 'INVALID_REQUEST' })
  })

  test('names what does not belong into the address', async () => {
    const address = `${url}/v1/threads/${threadId}?signal=true`
    const response = await fetch(address, { headers: bearer })
    expect(await response.json()).toMatchObject({ details: { path: '/signal' } })
  })

  test('says what helps when an export is not there any more', async () => {
    const address = `${url}/v1/threads/${threadId}/rollouts/${threadId}?export=gone`
    const response = await fetch(address, { headers: bearer })
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({
      message: 'the export is not there any more; export the thread again',
    })
  })
})

test.each(['/healthz', '/readyz', '/openapi.json', '/style.css'])(
  'who asks for the head of %s alone gets it',
  async (path) => {
    const response = await fetch(`${url}${path}`, { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(0)
    expect(await response.text()).toBe('')
  },
)

/** Sends a head, then its body once it was told to go on, and gives all that comes back. */
function waiting(body: string, ...headers: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  const head = ['POST /v1/threads/list HTTP/1.1', 'Host: localhost', 'Connection: close']
  const type = 'Content-Type: application/json'
  socket.write([...head, type, 'Expect: 100-continue', ...headers, '', ''].join('\r\n'))
  return new Promise((resolve, reject) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (text === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write(body)
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

describe('a request that waits before it sends its body', () => {
  const token = 'Authorization: Bearer secret'

  test('is told to go on when it was let in', async () => {
    const text = await waiting('{"pageSize":1}', token, 'Content-Length: 14')
    expect(text).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n/)
  })

  test.each([
    ['401', ['Content-Length: 14']],
    ['413', [token, 'Content-Length: 1001']],
    ['415', [token, 'Content-Length: 14', 'Content-Encoding: gzip']],
  ])('is refused with %s at once', async (status, headers) => {
    expect((await waiting('{"pageSize":1}', ...headers)).slice(0, 12)).toBe(`HTTP/1.1 ${status}`)
  })

  test('takes up no room for a body that it may not send', async () => {
    const refused = ['Content-Length: 1000', 'Authorization: Bearer wrong']
    const allowed = [token, 'Content-Length: 14']
    const texts = await Promise.all([
      waiting('', ...refused),
      waiting('', ...refused),
      waiting('{"pageSize":1}', ...allowed),
    ])
    expect(texts.map((text) => /HTTP\/1.1 ([^1]\d+)/.exec(text)?.[1])).toEqual([
      '401',
      '401',
      '200',
    ])
  })
})
