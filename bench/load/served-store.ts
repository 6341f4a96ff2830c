import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** `threadstore serve` in a process of its own. */
interface ServedStore extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  /** Ends the process as a crash would, and starts another one in its place. */
  killAndRestart(): Promise<void>
}

/**
 * Serves a store over HTTP on a port that is free.
 * @param cli - the command line that was built
 */
export async function serveStore(cli: string, store: string): Promise<ServedStore> {
  const port = await freePort()
  const args = [cli, 'serve', store, '--port', String(port), '--log', 'silent']
  let child = await start(args)
  return {
    url: `http://127.0.0.1:${port}`,
    get pid() {
      return child.pid ?? 0
    },
    async killAndRestart() {
      await end(child, 'SIGKILL')
      child = await start(args)
    },
    async [Symbol.asyncDispose]() {
      await end(child, 'SIGTERM')
    },
  }
}

async function start(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const printed = await Promise.race([once(child.stdout, 'data'), once(child, 'close')])
  if (!Buffer.isBuffer(printed[0]))
    throw new Error(`the server did not start: ${String(printed[0])}`)
  child.stdout.resume()
  return child
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const closed = once(child, 'close')
  child.kill(signal)
  await closed
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}
