import { createHash } from 'node:crypto'
import type { PostgresSession } from '../../../host/postgres.js'
import type { RolloutId } from '../../../protocol/thread-id.js'
import { ThreadStoreError } from '../../../store/errors.js'
import { newLogId } from '../log/begin-rollout.js'
import type { PostgresContext } from '../postgres-context.js'
import { type Segment, insertSegments } from '../rows/segment-rows.js'

/** How long a log may stand still on its way before somebody else clears it away. */
const ABANDONED_AFTER = '1 day'
/** How long a log has to stand still before another import of the same bytes goes on with it. */
const STILL_FOR_MS = 1_000

/** What a log on its way is to become. */
export interface LogPurpose {
  readonly rolloutId: RolloutId
  readonly fromByte: number
}

/**
 * The part of a log that is stored before anybody can see it. An import that finds one whose own
 * import is gone goes on with it: what arrived is compared, segment by segment, and only what
 * differs or is missing is sent. `seen_at` moves with every change and says whose it is: a change
 * that finds another time than it left belongs to an import that was overtaken.
 */
export class SentLog {
  readonly logId: string
  readonly #context: PostgresContext
  readonly #purpose: LogPurpose
  #seenAt: string
  /** Whether what arrived earlier may go on where this import is. */
  #isComparing: boolean
  #endByte: number
  #resumedBytes = 0

  private constructor(
    context: PostgresContext,
    purpose: LogPurpose,
    { logId, seenAt }: SeenLog,
    isComparing: boolean,
  ) {
    this.#context = context
    this.#purpose = purpose
    this.logId = logId
    this.#seenAt = seenAt
    this.#isComparing = isComparing
    this.#endByte = purpose.fromByte
  }

  /** Goes on with what an earlier import has left, or begins anew. */
  static async open(context: PostgresContext, purpose: LogPurpose): Promise<SentLog> {
    await removeAbandoned(context)
    const left = await takeLeft(context, purpose)
    if (left !== null) return new SentLog(context, purpose, left, true)
    return new SentLog(context, purpose, await beginLog(context, purpose), false)
  }

  /** Bytes that had arrived already, and were not stored again. */
  get resumedBytes(): number {
    return this.#resumedBytes
  }

  /** Stores segments that follow on those before, as far as they have not arrived already. */
  async add(segments: readonly Segment[]): Promise<void> {
    const { namespace } = this.#context
    let same = 0
    await this.#change(async (session) => {
      same = this.#isComparing ? await countSame(session, namespace, this.logId, segments) : 0
      const missing = segments.slice(same)
      const [first] = missing
      if (first === undefined) return
      if (this.#isComparing) await this.#deleteFrom(session, first.firstByte)
      await insertSegments(session, namespace, this.logId, missing)
    })
    for (const { byteCount } of segments.slice(0, same)) this.#resumedBytes += byteCount
    this.#isComparing &&= same === segments.length
    const last = segments.at(-1)
    if (last !== undefined) this.#endByte = last.firstByte + last.byteCount
  }

  /** Returns when nothing is stored but what was added. */
  async finish(): Promise<void> {
    if (!this.#isComparing) return
    await this.#change((session) => this.#deleteFrom(session, this.#endByte))
    this.#isComparing = false
  }

  /** From here on the log is a rollout's, as far as the transaction is concerned. */
  async release(session: PostgresSession): Promise<void> {
    const rows = await session.query(
      `DELETE FROM threadstore.arriving_logs
        WHERE namespace = $1 AND log_id = $2::uuid AND seen_at = $3::timestamptz RETURNING 1 AS one`,
      [this.#context.namespace, this.logId, this.#seenAt],
    )
    if (rows.length === 0) throw overtaken(this.#purpose)
  }

  /** Removes everything, unless it is somebody else's by now. */
  async remove(): Promise<void> {
    await this.#context.driver.transaction('write', async (session) => {
      await this.release(session)
      await deleteSegments(session, this.#context.namespace, [this.logId])
    })
  }

  async #change(work: (session: PostgresSession) => Promise<void>): Promise<void> {
    const { driver, namespace } = this.#context
    this.#seenAt = await driver.transaction('write', async (session) => {
      const seenAt = await touch(session, namespace, { logId: this.logId, seenAt: this.#seenAt })
      if (seenAt === null) throw overtaken(this.#purpose)
      await work(session)
      return seenAt
    })
  }

  async #deleteFrom(session: PostgresSession, firstByte: number): Promise<void> {
    await session.query(
      `DELETE FROM threadstore.segments
        WHERE namespace = $1 AND log_id = $2::uuid AND first_byte >= $3::bigint`,
      [this.#context.namespace, this.logId, firstByte],
    )
  }
}

interface SeenLog {
  readonly logId: string
  /** As the database writes it. */
  readonly seenAt: string
}

/** Finds a log of the same purpose whose import is gone, and takes it. */
async function takeLeft(context: PostgresContext, purpose: LogPurpose): Promise<SeenLog | null> {
  const { driver, namespace, clock } = context
  const prefix = idPrefix(purpose)
  const [row] = await driver.query<{ log_id: string; seen_at: string }>(
    `SELECT log_id::text, seen_at::text FROM threadstore.arriving_logs
      WHERE namespace = $1 AND log_id BETWEEN $2::uuid AND $3::uuid
      ORDER BY seen_at DESC LIMIT 1`,
    [namespace, `${prefix}-0000-0000-000000000000`, `${prefix}-ffff-ffff-ffffffffffff`],
  )
  if (row === undefined) return null
  const left = { logId: row.log_id, seenAt: row.seen_at }
  // An import that lives moves it on meanwhile; one that is only slow will notice that it lost it.
  await clock.sleep(STILL_FOR_MS)
  const seenAt = await touch(driver, namespace, left)
  return seenAt === null ? null : { ...left, seenAt }
}

/** Moves a log on and says when; `null` when somebody else did. */
async function touch(
  session: PostgresSession,
  namespace: string,
  { logId, seenAt }: SeenLog,
): Promise<string | null> {
  const [row] = await session.query<{ seen_at: string }>(
    `UPDATE threadstore.arriving_logs
        SET seen_at = greatest(clock_timestamp(), seen_at + interval '1 microsecond')
      WHERE namespace = $1 AND log_id = $2::uuid AND seen_at = $3::timestamptz
      RETURNING seen_at::text`,
    [namespace, logId, seenAt],
  )
  return row?.seen_at ?? null
}

async function beginLog(
  { driver, namespace }: PostgresContext,
  purpose: LogPurpose,
): Promise<SeenLog> {
  const logId = `${idPrefix(purpose)}-8${newLogId().slice(15)}`
  const [row] = await driver.query<{ seen_at: string }>(
    `INSERT INTO threadstore.arriving_logs (namespace, log_id, seen_at)
      VALUES ($1, $2::uuid, clock_timestamp()) RETURNING seen_at::text`,
    [namespace, logId],
  )
  return { logId, seenAt: row?.seen_at ?? '' }
}

/** The first 48 bits of a log's id, by which an import of the same bytes finds it. */
function idPrefix({ rolloutId, fromByte }: LogPurpose): string {
  const hash = createHash('sha256').update(`${rolloutId} from ${fromByte}`).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}`
}

/** How many segments, from the first on, are stored just as they are. */
async function countSame(
  session: PostgresSession,
  namespace: string,
  logId: string,
  segments: readonly Segment[],
): Promise<number> {
  const rows = await session.query<{ place: string; sha256: string }>(
    `SELECT concat_ws(' ', first_byte, byte_count, first_ordinal, item_count, starts_line::integer,
          codec) AS place, encode(sha256(bytes), 'hex') AS sha256
      FROM threadstore.segments
      WHERE namespace = $1 AND log_id = $2::uuid AND first_byte BETWEEN $3::bigint AND $4::bigint
      ORDER BY first_byte`,
    [namespace, logId, segments[0]?.firstByte ?? 0, segments.at(-1)?.firstByte ?? 0],
  )
  const differs = segments.findIndex((segment, index) => {
    const row = rows[index]
    return row?.place !== placeOf(segment) || row.sha256 !== sha256Of(segment.bytes)
  })
  return differs < 0 ? segments.length : differs
}

function placeOf(segment: Segment): string {
  const { firstByte, byteCount, firstOrdinal, itemCount, startsLine, codec } = segment
  return [firstByte, byteCount, firstOrdinal, itemCount, startsLine ? 1 : 0, codec].join(' ')
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Removes what imports that are gone have left. */
async function removeAbandoned({ driver, namespace }: PostgresContext): Promise<void> {
  await driver.transaction('write', async (session) => {
    const rows = await session.query<{ log_id: string }>(
      `DELETE FROM threadstore.arriving_logs WHERE namespace = $1 AND log_id IN (
          SELECT log_id FROM threadstore.arriving_logs
            WHERE namespace = $1 AND seen_at < clock_timestamp() - interval '${ABANDONED_AFTER}'
            LIMIT 100)
        RETURNING log_id::text`,
      [namespace],
    )
    const logIds = rows.map((row) => row.log_id)
    if (logIds.length > 0) await deleteSegments(session, namespace, logIds)
  })
}

async function deleteSegments(
  session: PostgresSession,
  namespace: string,
  logIds: readonly string[],
): Promise<void> {
  await session.query(
    'DELETE FROM threadstore.segments WHERE namespace = $1 AND log_id = ANY($2::text[]::uuid[])',
    [namespace, logIds],
  )
}

function overtaken({ rolloutId }: LogPurpose): ThreadStoreError {
  return new ThreadStoreError(
    'RETRYABLE',
    `another import of rollout ${rolloutId} went on with what this one had sent; try again`,
    { reason: 'contention' },
  )
}
