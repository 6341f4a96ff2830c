import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP connection to a server that does not always work. */
export interface UnreliableProxy extends AsyncDisposable {
  readonly port: number
  /** Connections that are open. */
  readonly connections: number
  /** Resets every connection; new ones work. */
  reset(): void
  /** Ends every connection in good order; new ones work. */
  end(): void
  /** Lets nothing through any more, in either direction, and closes nothing. */
  stall(): void
  /** Goes on after `stall`. */
  resume(): void
  /** Refuses new connections, or no longer does. */
  refuse(refuses: boolean): void
  /** Called with each chunk that goes to the server. */
  onChunk: ((chunk: Buffer) => void) | null
}

/** Starts a proxy in front of a port of this machine. */
export async function startUnreliableProxy(serverPort: number): Promise<UnreliableProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let stalled = false
  let refusing = false
  let onChunk: UnreliableProxy['onChunk'] = null
  const server = createServer((client) => {
    if (refusing) {
      client.resetAndDestroy()
      return
    }
    const upstream = connect(serverPort, '127.0.0.1')
    const pair = [client, upstream] as const
    pairs.add(pair)
    client.on('data', (chunk: Buffer) => onChunk?.(chunk))
    for (const [from, to] of [pair, [upstream, client] as const]) {
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        pairs.delete(pair)
        // What it was sent still arrives; one that nobody reads any more would stay open for good.
        to.destroySoon()
      })
      if (stalled) from.pause()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const each = (use: (socket: Socket) => void): void => {
    for (const pair of pairs) pair.forEach(use)
  }
  return {
    port: address.port,
    get connections() {
      return pairs.size
    },
    reset: () => each((socket) => socket.resetAndDestroy()),
    end: () => each((socket) => socket.end()),
    stall: () => {
      stalled = true
      each((socket) => socket.pause())
    },
    resume: () => {
      stalled = false
      each((socket) => socket.resume())
    },
    refuse: (refuses) => {
      refusing = refuses
    },
    get onChunk() {
      return onChunk
    },
    set onChunk(listener) {
      onChunk = listener
    },
    async [Symbol.asyncDispose]() {
      each((socket) => socket.destroy())
      server.close()
      await once(server, 'close')
    },
  }
}
