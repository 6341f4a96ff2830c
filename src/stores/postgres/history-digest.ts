import type { PostgresSession } from '../../host/postgres.js'
import type { ThreadParams } from '../../store/params.js'
import type { RolloutReceipt, ThreadReceipt } from '../../store/raw-history.js'
import type { PostgresContext } from './postgres-context.js'
import { type RolloutRow, rolloutsOf } from './rows/rollout-row.js'
import { createLogScan } from './log/scan-log.js'
import { readLog } from './rows/segment-rows.js'
import { visibleThread } from './rows/thread-row.js'

/** Reads every byte of a thread back and says what it is. */
export async function historyDigest(
  { driver, namespace }: PostgresContext,
  { threadId }: ThreadParams,
): Promise<ThreadReceipt> {
  await visibleThread(driver, namespace, { threadId, includeArchived: true })
  const rollouts: RolloutReceipt[] = []
  for (const rollout of await rolloutsOf(driver, namespace, threadId)) {
    rollouts.push(await rolloutReceipt(driver, namespace, rollout))
  }
  return { threadId, rollouts }
}

/** The receipt of a rollout, from its bytes. */
export async function rolloutReceipt(
  session: PostgresSession,
  namespace: string,
  { rolloutId, logId, byteCount }: RolloutRow,
): Promise<RolloutReceipt> {
  const scan = createLogScan(rolloutId, () => {})
  const range = { logId, fromByte: 0, toByte: byteCount }
  for await (const bytes of readLog(session, namespace, range)) scan.push(bytes)
  return scan.end()
}
