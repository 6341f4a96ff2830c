import type { SqlParam } from '../../../host/postgres.js'
import { printJson } from '../../../protocol/print-json.js'
import type { ThreadId } from '../../../protocol/thread-id.js'
import type { ThreadRecord } from '../../../store/records.js'
import { type ColumnType, columnArrays, rowsFromArrays } from '../rows/column-arrays.js'
import { EMPTY_MANIFEST, requireSame, storedManifests } from '../log/log-manifest.js'
import type { PostgresContext } from '../postgres-context.js'
import type { ReceivedRollout } from './receive-rollout.js'
import { segmentColumns, segmentParams, segmentTypes } from '../rows/segment-rows.js'
import { threadColumns, threadColumnTypes, threadValues } from '../rows/thread-row.js'

/** A thread whose bytes have all arrived. */
export interface NewThread {
  readonly record: ThreadRecord
  readonly received: readonly ReceivedRollout[]
}

/**
 * Stores threads in one transaction and proves that what is stored is what was sent. Gives the ids
 * of those that were new; of the others nothing is stored. When one of the rollouts belongs to some
 * other thread, none is.
 */
export async function publishNewThreads(
  { driver, namespace }: PostgresContext,
  threads: readonly NewThread[],
): Promise<ReadonlySet<ThreadId>> {
  const rollouts = threads.flatMap(({ received }) => received)
  const segments = rollouts.flatMap(({ log }) => log.waiting)
  const logIds = rollouts.flatMap(({ log }) => log.waiting.map(() => log.logId))
  const params: readonly SqlParam[] = [
    namespace,
    ...columnArrays(threads.map(threadRow), threadTypes.length),
    ...columnArrays(threads.flatMap(rolloutRows), rolloutTypes.length),
    logIds,
    ...segmentParams(segments),
  ]
  return driver.transaction('write', async (session) => {
    const rows = await session.query<{ thread_id: string }>(statement, params)
    const stored = new Set(rows.map((row) => row.thread_id))
    const sent = threads
      .filter(({ record }) => stored.has(record.threadId))
      .flatMap(({ received }) => received)
    const manifests = await storedManifests(
      session,
      namespace,
      sent.map(({ log }) => log.logId),
    )
    for (const { rollout, log, manifest } of sent) {
      requireSame(manifests.get(log.logId) ?? EMPTY_MANIFEST, manifest, rollout.rolloutId)
    }
    return stored
  })
}

const threadTypes: readonly ColumnType[] = ['uuid', 'uuid', ...threadColumnTypes]
const rolloutTypes: readonly ColumnType[] = [
  'uuid',
  'uuid',
  'integer',
  'text',
  'uuid',
  'bigint',
  'bigint',
  'bigint',
  'boolean',
  'text',
  'text',
  'text',
]
const firstRollout = 2 + threadTypes.length
const firstSegment = firstRollout + rolloutTypes.length

const statement = `WITH thread AS (
    INSERT INTO threadstore.threads (namespace, thread_id, rollout_id, ${threadColumns})
      SELECT $1, t.* FROM ${rowsFromArrays(2, threadTypes)} t
      ON CONFLICT DO NOTHING RETURNING thread_id
  ), rollout AS (
    INSERT INTO threadstore.rollouts (namespace, thread_id, rollout_id, position, history_mode,
        log_id, byte_count, item_count, end_ordinal, ends_line, sha256, file, fingerprint)
      SELECT $1, r.* FROM ${rowsFromArrays(firstRollout, rolloutTypes)} r (thread_id)
        WHERE r.thread_id IN (SELECT thread_id FROM thread)
      RETURNING log_id
  ), segment AS (
    INSERT INTO threadstore.segments (namespace, log_id, ${segmentColumns})
      SELECT $1, s.* FROM ${rowsFromArrays(firstSegment, ['uuid', ...segmentTypes])} s (log_id)
        WHERE s.log_id IN (SELECT log_id FROM rollout)
  )
  SELECT thread_id::text FROM thread`

function threadRow({ record, received }: NewThread): (string | boolean | null)[] {
  const current = received.at(-1)?.rollout.rolloutId ?? record.threadId
  return [record.threadId, current, ...threadValues(record)]
}

function rolloutRows({ record, received }: NewThread): (string | number | boolean | null)[][] {
  return received.map(({ rollout, log, receipt, end }, position) => [
    record.threadId,
    rollout.rolloutId,
    position,
    record.historyMode,
    log.logId,
    end.byteCount,
    receipt.itemCount,
    end.endOrdinal,
    end.endsLine,
    receipt.sha256,
    rollout.file && printJson(rollout.file),
    rollout.fingerprint === null ? null : printJson(rollout.fingerprint),
  ])
}
