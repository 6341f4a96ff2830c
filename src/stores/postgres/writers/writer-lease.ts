import type { PostgresSession } from '../../../host/postgres.js'
import type { RolloutId, ThreadId } from '../../../protocol/thread-id.js'
import { alreadyLive } from '../../../store/errors.js'
import type { PostgresContext } from '../postgres-context.js'

/** Who a handle is to other handles. */
export interface HandleIdentity {
  /** The key it holds as long as it lives; 64 bits in decimal digits. */
  readonly key: string
  /** For people: who is writing a thread that cannot be opened. */
  readonly name: string
}

/** A handle's right to append to a rollout. */
export interface Lease {
  /** The handle's key. */
  readonly writer: string
  /** Tells this lease from every other one of the same rollout. */
  readonly token: number
}

/** How long a lease outlives its last renewal, as an interval of the database's clock. */
export const LEASE_INTERVAL = '60 seconds'
/** How often a lease is renewed. */
export const RENEW_EVERY_MS = 20_000

/**
 * Refuses a thread that somebody writes. A lease counts until it expires or the handle that took it
 * is gone, whichever comes first. The transaction must hold the rollout's row for update.
 */
export async function requireNoWriter(
  context: PostgresContext,
  session: PostgresSession,
  { threadId, rolloutId }: { readonly threadId: ThreadId; readonly rolloutId: RolloutId },
): Promise<void> {
  const writer = await findWriter(context, session, rolloutId)
  if (writer !== null) throw alreadyLive(threadId, writer.name)
}

/** Who writes to a rollout; `null` when nobody does. */
export async function findWriter(
  { driver, namespace }: PostgresContext,
  session: PostgresSession,
  rolloutId: RolloutId,
): Promise<HandleIdentity | null> {
  const leased = await findLeased(session, namespace, rolloutId)
  if (leased === null || !isHoldable(leased.key)) return leased
  return (await driver.isHeld(session, leased.key)) ? leased : null
}

/** Whether a handle holds its key while it lives; of one that cannot, only its lease speaks. */
function isHoldable(key: string): boolean {
  return BigInt(key) % 2n === 0n
}

async function findLeased(
  session: PostgresSession,
  namespace: string,
  rolloutId: RolloutId,
): Promise<HandleIdentity | null> {
  const [row] = await session.query<{ key: string; name: string }>(
    `SELECT writer_handle::text AS key, writer_name AS name FROM threadstore.rollouts
      WHERE namespace = $1 AND rollout_id = $2::uuid AND writer_handle IS NOT NULL
        AND writer_expires_at > now()`,
    [namespace, rolloutId],
  )
  return row ?? null
}

/** Takes the lease on a rollout. The token tells this lease from every one before it. */
export async function takeLease(
  session: PostgresSession,
  namespace: string,
  rolloutId: RolloutId,
  handle: HandleIdentity,
): Promise<number> {
  const [row] = await session.query<{ token: number }>(
    `UPDATE threadstore.rollouts SET writer_token = writer_token + 1,
        writer_handle = $3::bigint, writer_name = $4,
        writer_expires_at = now() + interval '${LEASE_INTERVAL}'
      WHERE namespace = $1 AND rollout_id = $2::uuid RETURNING writer_token AS token`,
    [namespace, rolloutId, handle.key, handle.name],
  )
  return row?.token ?? 0
}

/** Gives a lease back; `false` when it was not this one any more. */
export async function releaseLease(
  session: PostgresSession,
  namespace: string,
  { rolloutId, token }: { readonly rolloutId: RolloutId; readonly token: number },
): Promise<boolean> {
  const rows = await session.query(
    `UPDATE threadstore.rollouts SET writer_handle = NULL, writer_name = NULL,
        writer_expires_at = NULL
      WHERE namespace = $1 AND rollout_id = $2::uuid AND writer_token = $3::bigint
        AND writer_handle IS NOT NULL
      RETURNING 1 AS one`,
    [namespace, rolloutId, token],
  )
  return rows.length === 1
}

/** Renews every lease of a handle. */
export async function renewLeases(
  session: PostgresSession,
  namespace: string,
  handle: HandleIdentity,
  rolloutIds: readonly RolloutId[],
): Promise<void> {
  await session.query(
    `UPDATE threadstore.rollouts
        SET writer_expires_at = now() + interval '${LEASE_INTERVAL}'
      WHERE namespace = $1 AND rollout_id = ANY($2::text[]::uuid[]) AND writer_handle = $3::bigint`,
    [namespace, rolloutIds, handle.key],
  )
}
