import { describe, expect, test } from 'vitest'
import { HandleLostError, HttpConnection, type HttpCall } from './http-connection.js'
import {
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
  TransportError,
} from './http-transport.js'
import { readNothing } from './read-result.js'

const sent = new TransportError('reset', { sent: true, timedOut: false })
const unsent = new TransportError('refused', { sent: false, timedOut: false })
const late = new TransportError('late', { sent: true, timedOut: true })

function answer(status: number, body = '', headers: Record<string, string> = {}): HttpResponse {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(body)
  }
  const all: Record<string, string> = { 'threadstore-instance': 'i1', ...headers }
  return { status, header: (name) => all[name], body: { [Symbol.asyncIterator]: chunks } }
}

const problem = (code: string, reason: string): string =>
  JSON.stringify({ code, reason, message: 'so it is' })

/** A connection whose server answers as told, one after the other, and whose time only sleep moves. */
function scripted(...script: (HttpResponse | Error)[]): {
  readonly connection: HttpConnection
  readonly requests: HttpRequest[]
  readonly slept: number[]
} {
  const requests: HttpRequest[] = []
  const slept: number[] = []
  let nowMs = 0
  const transport: HttpTransport = {
    send: (request) => {
      requests.push(request)
      const next = script.length > 1 ? script.shift() : script[0]
      return next instanceof Error || next === undefined
        ? Promise.reject(next ?? unsent)
        : Promise.resolve(next)
    },
    close: () => Promise.resolve(),
  }
  const clock = {
    now: () => nowMs,
    sleep: (ms: number) => {
      slept.push(ms)
      nowMs += ms
      return Promise.resolve()
    },
  }
  const connection = new HttpConnection({
    transport,
    clock,
    server: 'http://h',
    prefix: '/p',
    token: 'secret',
    namespace: null,
    timeoutMs: 1_000,
    retryForMs: 1_000,
    retryDelayMs: 100,
  })
  return { connection, requests, slept }
}

const call = (repeat: HttpCall<string>['repeat']): HttpCall<string> => ({
  what: 'readThread',
  method: 'GET',
  path: '/x',
  repeat,
  read: async ({ body }) => {
    let text = ''
    for await (const chunk of body) text += Buffer.from(chunk).toString()
    return text
  },
})

describe('a call', () => {
  test('is repeated, less and less often, until it is answered', async () => {
    const { connection, requests, slept } = scripted(unsent, sent, late, answer(200, 'done'))
    expect(await connection.call(call('freely'))).toBe('done')
    expect(slept).toEqual([100, 200, 400])
    expect(requests.map(({ path }) => path)).toEqual(['/p/x', '/p/x', '/p/x', '/p/x'])
  })

  test('is repeated when its answer breaks off', async () => {
    async function* broken(): AsyncIterable<Uint8Array> {
      yield Buffer.from('ha')
      throw sent
    }
    const half = { ...answer(200), body: broken() }
    const { connection } = scripted(half, answer(200, 'whole'))
    expect(await connection.call(call('freely'))).toBe('whole')
  })

  test.each([
    ['read', 'freely', [sent], 'RETRYABLE', 'unavailable'],
    ['read that times out', 'freely', [late], 'RETRYABLE', 'timeout'],
    ['change that was not sent', 'here', [unsent], 'RETRYABLE', 'unavailable'],
    [
      'change that may have been seen',
      'here',
      [sent, unsent],
      'OUTCOME_UNKNOWN',
      'connection-lost',
    ],
    ['live call that may have been seen', 'handle', [late], 'OUTCOME_UNKNOWN', 'connection-lost'],
  ] as const)('that is never answered fails: a %s', async (_, repeat, script, code, reason) => {
    const { connection } = scripted(...script)
    const failed = connection.call(call(repeat))
    await expect(failed).rejects.toMatchObject({ code, details: { reason } })
  })

  test('is repeated when the server was too busy to look at it', async () => {
    const busy = answer(503, problem('RETRYABLE', 'unavailable'), { 'retry-after': '1' })
    expect(await scripted(busy, answer(200, 'done')).connection.call(call('here'))).toBe('done')
    await expect(scripted(busy).connection.call(call('here'))).rejects.toMatchObject({
      code: 'RETRYABLE',
      message: 'so it is',
    })
  })

  test('that the store refuses is not repeated', async () => {
    const refusal = answer(503, problem('RETRYABLE', 'contention'))
    const { connection, requests } = scripted(refusal)
    const details = { reason: 'contention' }
    await expect(connection.call(call('freely'))).rejects.toMatchObject({ details })
    expect(requests).toHaveLength(1)
  })

  test('that may have been seen is bound to the instance that may have seen it', async () => {
    const { connection, requests } = scripted(answer(200), sent, answer(200, 'done'))
    await connection.call(call('freely'))
    await connection.call(call('here'))
    expect(requests.map(({ headers }) => headers['threadstore-instance'])).toEqual([
      undefined,
      undefined,
      'i1',
    ])
  })

  test('is told apart from one whose handle is gone', async () => {
    const gone = answer(410, problem('CONFLICT', 'writer-lost'))
    const lost = await scripted(sent, gone)
      .connection.call(call('handle'))
      .catch((reason: unknown) => reason)
    expect(lost).toBeInstanceOf(HandleLostError)
    expect((lost as HandleLostError).maybeDone).toBe(true)
  })

  test.each([
    ['a proxy’s error page is repeated', 502, '<html>', 'RETRYABLE', 'unavailable'],
    ['a gateway’s JSON is too', 504, '{"message":"timed out"}', 'RETRYABLE', 'unavailable'],
    ['an answer from somebody else is shown', 404, '<html>', 'INTERNAL', 'foreign-error'],
    ['a code that is none', 400, '{"code":"NO"}', 'INTERNAL', 'foreign-error'],
  ])('%s', async (_what, status, body, code, reason) => {
    const { connection } = scripted(answer(status, body))
    const failed = connection.call(call('freely'))
    await expect(failed).rejects.toMatchObject({ code, details: { reason } })
  })

  test('was not made because somebody on the way says that all is well', async () => {
    const { connection, requests } = scripted(answer(200, '<html>Welcome'))
    const failed = connection.call({ ...call('here'), read: readNothing })
    await expect(failed).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    expect(requests.length).toBeGreaterThan(1)
    expect(
      await scripted(answer(204)).connection.call({ ...call('here'), read: readNothing }),
    ).toBe(undefined)
  })

  test('that a gateway gave up may have been made', async () => {
    const gone = answer(504, '{"message":"Endpoint request timed out"}')
    const failed = scripted(gone).connection.call(call('here'))
    await expect(failed).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
  })

  test.each([
    ['freely', 'RETRYABLE', 'aborted'],
    ['here', 'OUTCOME_UNKNOWN', 'connection-lost'],
  ] as const)('that is aborted while under way fails (%s)', async (repeat, code, reason) => {
    const controller = new AbortController()
    const { connection } = scripted(sent)
    const calling = connection.call({ ...call(repeat), signal: controller.signal })
    controller.abort()
    await expect(calling).rejects.toMatchObject({ code, details: { reason } })
  })

  test('never shows its token', async () => {
    const { connection } = scripted(sent)
    const failure = await connection.call(call('here')).catch((reason: unknown) => reason)
    expect(JSON.stringify(failure) + String(failure)).not.toContain('secret')
  })
})
