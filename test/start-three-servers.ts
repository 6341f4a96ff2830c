import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { openPostgresStore } from '../src/stores/postgres/open-postgres-store.js'
import { ROOT } from './tidy/repository.js'
import { type PostgresServer, startPostgresServer } from './support/postgres-server.js'

/** Three servers that hold one store together. */
interface ThreeServers extends AsyncDisposable {
  /** The one that everybody connects to. */
  readonly url: string
  /** The two others. */
  readonly shards: readonly [PostgresServer, PostgresServer]
}

/** Starts three servers and spreads the tables over them, as docs/scale.md says. */
export async function startThreeServers(): Promise<ThreeServers> {
  const [first, one, two] = await Promise.all([
    startPostgresServer(),
    startPostgresServer(),
    startPostgresServer(),
  ])
  for (const { url } of [first, one, two]) await (await openPostgresStore({ url })).close()
  const client = new pg.Client({ connectionString: first.url })
  await client.connect()
  await client.query(statements(portOf(one), portOf(two)))
  await client.end()
  return {
    url: first.url,
    shards: [one, two],
    async [Symbol.asyncDispose]() {
      for (const server of [first, one, two]) await server[Symbol.asyncDispose]()
    },
  }
}

function portOf({ url }: PostgresServer): string {
  return new URL(url).port
}

/** The statements of docs/scale.md, for servers on this machine. */
function statements(one: string, two: string): string {
  const page = readFileSync(join(ROOT, 'docs/scale.md'), 'utf8')
  const [, sql = ''] = /```sql\n(CREATE EXTENSION postgres_fdw;[^]*?)```/.exec(page) ?? []
  return sql
    .replace("host 'shard-1', port '5432'", `host '127.0.0.1', port '${one}'`)
    .replace("host 'shard-2', port '5432'", `host '127.0.0.1', port '${two}'`)
    .replaceAll("dbname 'threads'", "dbname 'postgres'")
    .replaceAll("password 'secret'", "password 'test'")
}
