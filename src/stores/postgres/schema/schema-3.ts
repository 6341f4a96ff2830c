import type { SchemaVersion } from './schema-version.js'

/**
 * The thread that spawned a thread, out of its record. An expression of an index must fail for no
 * record, and PostgreSQL reads no JSON with NUL or half a character in it: such escapes become others,
 * which is of no concern to an id.
 */
const parentThreadId = String.raw`(regexp_replace(record, '\\u(00(?=00)|[dD][89a-fA-F])', '\\uff', 'g')::json
  ->> 'parentThreadId')`

/** True of every record that names such a thread, and cheap to ask. */
const namesParent = `record LIKE '%"parentThreadId":"%'`

/** Finds the threads that a thread spawned; where the index is missing, it only takes longer. */
export const spawnedBy = (param: string): string =>
  `${namesParent} AND ${parentThreadId} = ${param}`

/**
 * Spawned threads by the thread that spawned them. An index and not a column: a handle of an older
 * release that still writes would leave the column empty.
 */
export const versionThree: SchemaVersion = {
  version: 3,
  statements: [
    `CREATE INDEX threads_by_parent ON threadstore.threads
      (namespace, ${parentThreadId}, archived, created_at, thread_id) WHERE ${namesParent}`,
  ],
}
