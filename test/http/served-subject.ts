import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { StoreSubject, SubjectProcess } from '../../conformance/index.js'
import { openHttpStore } from '../../src/stores/http/open-http-store.js'
import { ROOT } from '../tidy/repository.js'

const cli = join(ROOT, 'dist', 'bin/threadstore.js')

/** A server that was started as people start it. */
interface ServerProcess {
  readonly url: string
  end(signal: NodeJS.Signals): Promise<void>
}

/** Starts a server for the store at an address, on a port that is free unless one is named. */
export async function startServer(address: string, port = '0'): Promise<ServerProcess> {
  const child = spawn(process.execPath, [cli, 'serve', address, '--port', port, '--log', 'error'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const gone = once(child, 'exit')
  const [said] = (await Promise.race([
    once(child.stdout, 'data'),
    gone.then(() => ['the server has ended']),
  ])) as [string | Buffer]
  const url = /http:\S+/.exec(said.toString())?.[0]
  if (url === undefined) throw new TypeError(said.toString())
  return {
    url,
    end: async (signal) => {
      child.kill(signal)
      await gone
    },
  }
}

/**
 * A database behind servers that are processes of their own. The process that is killed is a server;
 * its clients live on here.
 */
export async function servedSubject(
  address: string,
): Promise<{ readonly subject: StoreSubject; readonly server: ServerProcess }> {
  const server = await startServer(address)
  const opener =
    (url: string): StoreSubject['open'] =>
    ({ scope }) =>
      openHttpStore({ url, namespace: scope, retryForMs: 50, retryDelayMs: 10 })
  const open = opener(server.url)
  const another = async (): Promise<SubjectProcess> => {
    const other = await startServer(address)
    const openThere = opener(other.url)
    return {
      openSecond: openThere,
      reopen: openThere,
      kill: () => other.end('SIGKILL'),
      close: () => other.end('SIGTERM'),
    }
  }
  return {
    subject: { name: 'http over postgres', open, openSecond: open, reopen: open, spawn: another },
    server,
  }
}
