import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './support/postgres-server.js'

/** A pgbouncer in front of a server, in transaction mode. */
interface Pgbouncer extends AsyncDisposable {
  readonly url: string
}

/** Whether pgbouncer is installed here. */
export function hasPgbouncer(): boolean {
  return spawnSync('pgbouncer', ['--version']).status === 0
}

/** Starts pgbouncer; each transaction gets a connection that knows nothing of those before it. */
export async function startPgbouncer(serverUrl: string): Promise<Pgbouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'threadstore-pgbouncer-'))
  // It runs as another user when this process is root.
  chmodSync(folder, 0o755)
  const port = await freePort()
  const users = join(folder, 'users.txt')
  const settings = join(folder, 'pgbouncer.ini')
  writeFileSync(users, '"postgres" "test"\n')
  writeFileSync(settings, pooling(new URL(serverUrl).port, port, users))
  const user = process.getuid?.() === 0 ? ['--user', 'postgres'] : []
  const child = spawn('pgbouncer', ['--quiet', ...user, settings], { stdio: 'ignore' })
  await reachable(child, port)
  return {
    url: serverUrl.replace(/:\d+\//, `:${port}/`),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function pooling(serverPort: string, port: number, users: string): string {
  return `[databases]
* = host=127.0.0.1 port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${users}
pool_mode = transaction
default_pool_size = 20
max_client_conn = 1000
server_reset_query = DISCARD ALL
server_reset_query_always = 1
ignore_startup_parameters = extra_float_digits
`
}

async function reachable(child: ChildProcess, port: number): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isOpen) return
    if (attempt === 100 || child.exitCode !== null) throw new Error('pgbouncer does not start')
    await new Promise((resolve) => {
      setTimeout(resolve, 50)
    })
  }
}
