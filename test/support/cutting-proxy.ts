import { connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a server that breaks when it is told to. */
export interface CuttingProxy extends AsyncDisposable {
  readonly port: number
  /**
   * Cuts a connection the next `times` times a client sends `text` on it: what was sent arrives, no
   * answer comes back.
   */
  cutAfter(text: string, times?: number): void
  /** How often it has cut. */
  readonly cuts: number
  /** Breaks every connection, and refuses new ones until `heal`. */
  down(): void
  heal(): void
}

/** Listens on a port of its own and passes everything on. */
export async function startCuttingProxy(target: {
  readonly host: string
  readonly port: number
}): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  let isDown = false
  let armed = { text: '', times: 0 }
  let cuts = 0

  const server = createServer((client) => {
    if (isDown) {
      client.destroy()
      return
    }
    const upstream = connect(target.port, target.host)
    let isCut = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        if (socket === upstream || !isCut) client.destroy()
        // A cut client is gone at once; the server still works off what it has got.
        if (socket === client && !isCut) upstream.destroy()
      })
    }
    client.on('data', (data) => {
      upstream.write(data)
      if (armed.times === 0 || !data.includes(armed.text)) return
      armed = { ...armed, times: armed.times - 1 }
      cuts += 1
      isCut = true
      client.destroy()
      upstream.end()
    })
    upstream.on('data', (data) => {
      if (!client.destroyed) client.write(data)
    })
  })
  await listen(server)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: address.port,
    get cuts() {
      return cuts
    },
    cutAfter(text, times = 1) {
      armed = { text, times }
    },
    down() {
      isDown = true
      breakAll()
    },
    heal() {
      isDown = false
    },
    async [Symbol.asyncDispose]() {
      breakAll()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
}
