import { createHash } from 'node:crypto'
import { Agent, request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorReasons } from '../../src/index.js'
import {
  createHttpThreadServer,
  type HttpThreadServer,
  parseTokenList,
} from '../../src/stores/http/http-thread-server.js'
import { openHttpStore } from '../../src/stores/http/open-http-store.js'
import { fuzz, FUZZ_TIMEOUT_MS } from '../support/fuzz.js'
import { type HostileRequest, hostileRequests, type HostileWorld } from './hostile-requests.js'
import { memoryBehind } from './memory-behind.js'

const threadId = '01a20320-6d70-7852-b50d-7785b67ce898'
const tokens = { reader: 'r-token', writer: 'w-token', admin: 'a-token', stranger: 's-token' }
const bodyBytesMax = 256 * 1024
const agent = new Agent({ keepAlive: true, maxSockets: 8 })

let server: HttpThreadServer
let url = ''
let world: HostileWorld

function entry(id: keyof typeof tokens, namespace: string, ...scopes: string[]): object {
  return { id, namespace, scopes, sha256: createHash('sha256').update(tokens[id]).digest('hex') }
}

beforeAll(async () => {
  const list = parseTokenList(
    JSON.stringify({
      tokens: [
        entry('reader', 'team', 'read'),
        entry('writer', 'team', 'read', 'append'),
        entry('admin', 'team', 'read', 'append', 'admin'),
        entry('stranger', 'other', 'read', 'append', 'admin'),
      ],
    }),
  )
  const behind = memoryBehind()
  server = await createHttpThreadServer({
    open: (namespace) => behind.open(namespace),
    tokens: { find: (token) => Promise.resolve(list.find(token)) },
    limits: { bodyBytesMax },
  })
  url = await server.listen({ port: 0 })
  const opened = await send({
    what: 'opening a handle',
    method: 'POST',
    path: '/v1/handle/open',
    expected: [200],
    headers: { authorization: `Bearer ${tokens.writer}` },
  })
  const { handle } = JSON.parse(opened.text) as { handle: string }
  world = { tokens, threadId, handle, bodyBytesMax }
  await send({
    what: 'creating a thread',
    method: 'POST',
    path: '/v1/threads',
    expected: [200],
    headers: {
      authorization: `Bearer ${tokens.writer}`,
      'content-type': 'application/json',
      'threadstore-handle': handle,
    },
    body: Buffer.from(
      JSON.stringify({ threadId, source: 'cli', metadata: { cwd: '/p', modelProvider: 'openai' } }),
    ),
  })
})

afterAll(async () => {
  agent.destroy()
  await server.close()
})

interface Answer {
  readonly status: number
  readonly type: string
  readonly requestId: string | undefined
  readonly text: string
}

function send({ method, path, headers, body }: HostileRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': body.length }
    const outgoing = httpRequest(url, { method, path, agent, headers: { ...headers, ...length } })
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const { 'content-type': type = '', 'x-request-id': requestId } = incoming.headers
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: incoming.statusCode ?? 0, type, requestId: requestId?.toString(), text })
      })
    })
    outgoing.end(body)
  })
}

/** What is wrong with an answer; `null` for nothing. */
function problemWith(request: HostileRequest, answer: Answer): string | null {
  const { status, type, text } = answer
  if (!request.expected.includes(status)) return `status ${status}`
  if (/\n\s+at |node_modules|\.[tj]s:\d+/.test(text)) return 'a stack trace'
  if (status < 400 || type.startsWith('text/html')) return null
  const { code, reason } = JSON.parse(text) as { code: string; reason: string }
  const reasons: readonly string[] = errorReasons[code as keyof typeof errorReasons] ?? []
  return reasons.includes(reason) ? null : `code ${code} with reason ${reason}`
}

describe('a server among hostile clients', () => {
  test(
    'answers each request rightly and shows no stack',
    { timeout: FUZZ_TIMEOUT_MS },
    async () => {
      await fuzz<HostileRequest>({
        name: 'http',
        percent: 20,
        inputs: hostileRequests(world),
        async check(request) {
          // A refused body may still be on its way when the server closes the connection.
          const answer = await send(request).catch((error: unknown) => error as Error)
          if (answer instanceof Error) {
            expect({ error: answer.message, expected: request.expected }).toMatchObject({
              expected: [413],
            })
            return
          }
          const problem = problemWith(request, answer)
          expect(problem === null ? '' : shown(request, problem, answer.text)).toBe('')
        },
      })
    },
  )

  test('keeps what it had, and has not been polluted', async () => {
    await using store = await openHttpStore({ url, token: tokens.reader })
    const { items } = await store.loadHistory({ threadId })
    expect(items.length).toBeGreaterThan(3)
    expect(items.slice(1).every((item) => Object.hasOwn(item, '__proto__'))).toBe(true)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })
})

function shown(
  { what, method, path, body }: HostileRequest,
  problem: string,
  text: string,
): string {
  const sent = body === undefined ? '' : ` ${JSON.stringify(body.subarray(0, 200).toString())}`
  return `${what}: ${method} ${path.slice(0, 200)}${sent}: ${problem} ${text.slice(0, 300)}`
}
