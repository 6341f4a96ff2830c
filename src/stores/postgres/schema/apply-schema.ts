import type { PostgresDriver, PostgresSession } from '../../../host/postgres.js'
import { ThreadStoreError, invalidRequest } from '../../../store/errors.js'
import { schemaVersions } from './schema.js'
import type { SchemaVersion } from './schema-version.js'

/** Names the lock under which the schema changes: "threadst" in ASCII. */
export const SCHEMA_LOCK = '8388362703238853492'

/**
 * Brings the database to the newest schema version, and gives it. Handles that open at once take
 * turns; one that finds the newest version asks and changes nothing.
 */
export async function applySchema(
  driver: PostgresDriver,
  versions: readonly SchemaVersion[] = schemaVersions,
): Promise<number> {
  const newest = versions.at(-1)?.version ?? 0
  if ((await missingVersions(driver, versions)).length === 0) return newest
  await driver.transaction('write', async (session) => {
    await session.query('SELECT pg_advisory_xact_lock($1::bigint)', [SCHEMA_LOCK])
    for (const { version, statements } of await missingVersions(session, versions)) {
      if (version === 1) await createSchema(session)
      for (const statement of statements) await session.query(statement)
      await session.query(
        'INSERT INTO threadstore.schema_versions (version) VALUES ($1::integer)',
        [version],
      )
    }
  })
  return newest
}

/** The schema version of a database as it is; one without tables is refused. */
export async function requireSchema(
  driver: PostgresDriver,
  versions: readonly SchemaVersion[] = schemaVersions,
): Promise<number> {
  const missing = await missingVersions(driver, versions)
  if (missing.length < versions.length) return (versions.at(-1)?.version ?? 0) - missing.length
  throw new ThreadStoreError(
    'UNSUPPORTED',
    'the database holds no threads yet: its tables are missing',
    { reason: 'schema-version' },
  )
}

/** Asks before it creates: a role may lack the right to, where somebody else has created it. */
async function createSchema(session: PostgresSession): Promise<void> {
  const [row] = await session.query<{ exists: boolean; encoding: string }>(
    `SELECT current_setting('server_encoding') AS encoding,
      EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'threadstore') AS exists`,
  )
  if (row?.encoding !== 'UTF8') {
    throw invalidRequest(
      'malformed-params',
      `the database is in ${row?.encoding}; only one in UTF8 can hold every thread`,
    )
  }
  if (!row.exists) await session.query('CREATE SCHEMA threadstore')
}

async function missingVersions(
  session: PostgresSession,
  versions: readonly SchemaVersion[],
): Promise<readonly SchemaVersion[]> {
  const found = await foundVersion(session)
  const newest = versions.at(-1)?.version ?? 0
  if (found > newest) {
    throw new ThreadStoreError(
      'UNSUPPORTED',
      `the database has schema version ${found}, this release knows ${newest}; use a newer release`,
      { reason: 'schema-version' },
    )
  }
  return versions.filter(({ version }) => version > found)
}

async function foundVersion(session: PostgresSession): Promise<number> {
  // Not to_regclass: who has waited for the lock would be told what a cache said before.
  const [table] = await session.query<{ exists: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_tables
      WHERE schemaname = 'threadstore' AND tablename = 'schema_versions') AS exists`,
  )
  if (table?.exists !== true) return 0
  const [row] = await session.query<{ version: number }>(
    'SELECT coalesce(max(version), 0) AS version FROM threadstore.schema_versions',
  )
  return row?.version ?? 0
}
