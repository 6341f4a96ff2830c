import { expect, inject, test } from 'vitest'
import { openLocalStore } from '../src/stores/local/open-local-store.js'
import { openHttpStore } from '../src/stores/http/open-http-store.js'
import { compared, newHome, nothingHalf } from './homes-to-copy.js'
import { startServer } from './http/served-subject.js'
import { runMigration } from './migration-runs.js'
import { startUnreliableProxy } from './support/unreliable-proxy.js'

test('a service that is killed, behind connections that break in every way, gets every thread', async () => {
  const home = newHome(6_000_000)
  const url = `${inject('postgresUrl')}?namespace=http_faults`
  let server = await startServer(url)
  const { port } = new URL(server.url)
  await using _ = { [Symbol.asyncDispose]: () => server.end('SIGTERM') }
  await using proxy = await startUnreliableProxy(Number(port))
  await using source = await openLocalStore({ home, readOnly: true })
  const through = `http://127.0.0.1:${proxy.port}`
  await using target = await openHttpStore({ url: through, timeoutMs: 1_000, retryDelayMs: 20 })

  async function killServer(): Promise<Readonly<Record<string, number>>> {
    await server.end('SIGKILL')
    const [there, next] = await Promise.all([compared(home, url), startServer(url, port)])
    server = next
    return there
  }

  let killed: ReturnType<typeof killServer> = Promise.resolve({})
  const faults = [
    () => proxy.reset(),
    () => proxy.end(),
    () => {
      proxy.stall()
      // What stalls stays stalled; whoever gives up on it finds that new connections work.
      proxy.resume()
    },
    () => {
      killed = killServer()
    },
  ]
  let chunks = 0
  proxy.onChunk = () => {
    chunks += 1
    if (chunks % 25 === 0) faults.shift()?.()
  }
  const { totals, stopped } = await runMigration(source, target, { jobs: 2 })
  expect({ totals, stopped }).toMatchObject({ totals: { proven: 30 }, stopped: null })
  expect(await killed).toMatchObject(nothingHalf)
  expect(await compared(home, url, true)).toMatchObject({ equal: 30 })
})
