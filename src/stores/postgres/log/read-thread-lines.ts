import type { PostgresSession } from '../../../host/postgres.js'
import { requireKnownHistoryMode } from '../../../store/history-mode.js'
import type { ReadThreadParams } from '../../../store/params.js'
import type { ThreadLines } from '../../../store/thread-lines.js'
import { lateReads } from '../driver/late-reads.js'
import type { PostgresContext } from '../postgres-context.js'
import { rolloutsOf, storedRollout } from '../rows/rollout-row.js'
import { readLog } from '../rows/segment-rows.js'
import { visibleThread } from '../rows/thread-row.js'
import { type Stretch, stretchesOf } from './thread-stretches.js'

/** Bytes that are read together with the record. */
const READ_AT_ONCE = 1024 * 1024
const LINE_FEED = Buffer.of(0x0a)

/**
 * Reads a thread with its history as lines. The beginning is read in the transaction of the record,
 * which for most threads is everything; no connection waits for whoever takes the rest.
 */
export async function readThreadLines(
  context: PostgresContext,
  read: ReadThreadParams,
): Promise<ThreadLines> {
  const { driver, namespace } = context
  const { threadId, includeRollouts = false } = read
  return driver.transaction('read', async (session) => {
    const thread = await visibleThread(session, namespace, read)
    requireKnownHistoryMode(thread.record)
    const rollouts = includeRollouts ? await rolloutsOf(session, namespace, threadId) : null
    const { stretches, current } = await stretchesOf(session, namespace, thread)
    const begun: Uint8Array[] = []
    let length = 0
    for await (const piece of bytesOf(session, namespace, stretches, 0)) {
      begun.push(piece)
      length += piece.length
      if (length >= READ_AT_ONCE) break
    }
    const { rolloutId, endOrdinal: endOrdinalExclusive, byteCount: endByteOffset } = current
    return {
      thread: {
        ...thread.record,
        history: null,
        rollouts: rollouts && rollouts.map(storedRollout),
      },
      position: { rolloutId, endOrdinalExclusive, endByteOffset },
      byteCount: stretches.reduce((sum, { toByte }) => sum + toByte + 1, -1),
      chunks: following(begun, bytesOf(lateReads(context), namespace, stretches, length)),
    }
  })
}

async function* following(
  begun: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* begun
  yield* rest
}

/**
 * The bytes of stretches from a byte on. Between two stretches stands a line feed, so that a torn
 * line at the end of one spoils nothing in the next.
 */
async function* bytesOf(
  session: PostgresSession,
  namespace: string,
  stretches: readonly Stretch[],
  fromByte: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let start = 0
  for (const [index, { logId, toByte }] of stretches.entries()) {
    const end = start + toByte
    const within = Math.max(0, fromByte - start)
    yield* readLog(session, namespace, { logId, fromByte: within, toByte })
    if (fromByte <= end && index < stretches.length - 1) yield LINE_FEED
    start = end + 1
  }
}
