import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'

/** What a proxy does to a request. */
export const faults = [
  'none',
  'delay',
  'cut before the server sees it',
  'cut before the client hears of it',
  'cut in the middle of the answer',
  'send twice',
  'send again later',
] as const
type Fault = (typeof faults)[number]

/** A network between client and server that nobody would want. */
interface FaultyProxy extends AsyncDisposable {
  readonly url: string
  /** How often each fault happened. */
  readonly counts: Readonly<Record<Fault, number>>
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/**
 * A proxy that spoils requests to a server. The same seed spoils them in the same order.
 * @param share - the part of requests that are spoilt, from 0 to 1
 */
export async function startFaultyProxy(
  target: string,
  { seed, share }: { readonly seed: number; readonly share: number },
): Promise<FaultyProxy> {
  const agent = new Agent({ keepAliveTimeout: 1_000 })
  const random = generator(seed)
  const counts = Object.fromEntries(faults.map((fault) => [fault, 0])) as Record<Fault, number>
  const later: Promise<unknown>[] = []

  function choose(): Fault {
    if (random() >= share) return 'none'
    return faults[1 + Math.floor(random() * (faults.length - 1))] ?? 'none'
  }

  async function forward(incoming: IncomingMessage, body: Buffer): Promise<Answer> {
    const { host: _host, connection: _connection, ...headers } = incoming.headers
    const answer = await request(`${target}${incoming.url ?? '/'}`, {
      method: incoming.method ?? 'GET',
      headers,
      dispatcher: agent,
      ...(body.length > 0 && { body }),
    })
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: Buffer.from(await answer.body.arrayBuffer()),
    }
  }

  async function spoil(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await readAll(incoming)
    const fault = choose()
    counts[fault] += 1
    if (fault === 'cut before the server sees it') return void incoming.socket.destroy()
    if (fault === 'delay') await sleep(20)
    const first = forward(incoming, body)
    const answer = await (fault === 'send twice' ? lastOf([first, forward(incoming, body)]) : first)
    if (fault === 'cut before the client hears of it') return void incoming.socket.destroy()
    outgoing.writeHead(answer.status, whole(answer))
    if (fault === 'cut in the middle of the answer') {
      outgoing.write(answer.body.subarray(0, answer.body.length / 2), () =>
        incoming.socket.destroy(),
      )
      return
    }
    outgoing.end(answer.body)
    if (fault === 'send again later') {
      later.push(sleep(30).then(() => forward(incoming, body).catch(() => {})))
    }
  }

  const server = createServer((incoming, outgoing) => {
    spoil(incoming, outgoing).catch(() => incoming.socket.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(later)
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
      await agent.close()
    },
  }
}

async function lastOf(answers: readonly Promise<Answer>[]): Promise<Answer> {
  const [, second] = await Promise.all(answers)
  if (second === undefined) throw new RangeError('nothing was sent')
  return second
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** The headers of an answer that is in memory as a whole. */
function whole({ headers, body, status }: Answer): Record<string, string | string[]> {
  const { connection: _c, 'transfer-encoding': _t, 'keep-alive': _k, ...kept } = headers
  const present = Object.entries(kept).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  const length = status === 204 ? {} : { 'content-length': String(body.length) }
  return { ...Object.fromEntries(present), ...length }
}

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
