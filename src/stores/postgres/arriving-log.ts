import { insertSegments, type Segment } from './segment-rows.js'
import type { PostgresContext } from './postgres-context.js'

/** Packed bytes of one log that are kept in memory, at most, before they are sent ahead. */
const BATCH_BYTES = 4 * 1024 * 1024
/** How long a log may stand still on its way before somebody else clears it away. */
const ABANDONED_AFTER = '1 day'

/**
 * A log on its way in. A small one waits in memory for the transaction that publishes it. A large
 * one is sent ahead in batches, under an id no rollout has, so that memory stays bounded and no
 * transaction is open while the source is waited for.
 */
export class ArrivingLog {
  readonly logId: string
  readonly #context: PostgresContext
  #batch: Segment[] = []
  #batchBytes = 0
  #sending: Promise<void> = Promise.resolve()
  #isAhead = false

  constructor(context: PostgresContext, logId: string) {
    this.#context = context
    this.logId = logId
  }

  /** Whether some of it has been sent ahead. */
  get isAhead(): boolean {
    return this.#isAhead
  }

  /** What has not been sent ahead. */
  get waiting(): readonly Segment[] {
    return this.#batch
  }

  async add(segment: Segment): Promise<void> {
    this.#batch.push(segment)
    this.#batchBytes += segment.bytes.length
    if (this.#batchBytes >= BATCH_BYTES) await this.#send()
  }

  /** Returns when everything that was sent ahead is stored. */
  async settle(): Promise<void> {
    await this.#sending
  }

  /** Removes what was sent ahead. */
  async abandon(): Promise<void> {
    await this.#sending.catch(() => undefined)
    if (this.#isAhead) await removeLogs(this.#context, [this.logId])
  }

  async #send(): Promise<void> {
    const batch = this.#batch
    this.#batch = []
    this.#batchBytes = 0
    // One batch is stored while the next is packed.
    await this.#sending
    this.#sending = this.#store(batch)
    this.#sending.catch(() => undefined)
  }

  async #store(batch: readonly Segment[]): Promise<void> {
    const { driver, namespace } = this.#context
    if (!this.#isAhead) {
      this.#isAhead = true
      await removeAbandoned(this.#context)
    }
    await driver.query(
      `INSERT INTO threadstore.arriving_logs (namespace, log_id, seen_at)
        VALUES ($1, $2::uuid, clock_timestamp())
        ON CONFLICT (namespace, log_id) DO UPDATE SET seen_at = clock_timestamp()`,
      [namespace, this.logId],
    )
    await insertSegments(driver, namespace, this.logId, batch)
  }
}

/** Removes what importers that are gone have left. */
async function removeAbandoned(context: PostgresContext): Promise<void> {
  const { driver, namespace } = context
  const rows = await driver.query<{ log_id: string }>(
    `SELECT log_id::text FROM threadstore.arriving_logs
      WHERE namespace = $1 AND seen_at < clock_timestamp() - interval '${ABANDONED_AFTER}' LIMIT 100`,
    [namespace],
  )
  if (rows.length > 0)
    await removeLogs(
      context,
      rows.map((row) => row.log_id),
    )
}

async function removeLogs(
  { driver, namespace }: PostgresContext,
  logIds: readonly string[],
): Promise<void> {
  await driver.transaction('write', async (session) => {
    // Whoever publishes a log removes its row first, so that a published one is never touched.
    const rows = await session.query<{ log_id: string }>(
      `DELETE FROM threadstore.arriving_logs WHERE namespace = $1 AND log_id = ANY($2::text[]::uuid[])
        RETURNING log_id::text`,
      [namespace, logIds],
    )
    await session.query(
      'DELETE FROM threadstore.segments WHERE namespace = $1 AND log_id = ANY($2::text[]::uuid[])',
      [namespace, rows.map((row) => row.log_id)],
    )
  })
}
