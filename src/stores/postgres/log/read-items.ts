import { parseRolloutLine } from '../../../history/rollout-line.js'
import { createLineSplitter } from '../../../history/split-lines.js'
import type { PostgresSession } from '../../../host/postgres.js'
import type { RolloutItem } from '../../../protocol/rollout-item.js'
import { type LogRange, readLog } from '../rows/segment-rows.js'

/** An item and the bytes of its log in which it stands, line feed included. */
export interface LocatedItem {
  readonly item: RolloutItem
  readonly fromByte: number
  readonly toByte: number
}

/**
 * The items of a stretch of a log that begins with a line, in batches as the bytes come. Lines that
 * are none are left where they are.
 */
export async function* readItems(
  session: PostgresSession,
  namespace: string,
  range: LogRange,
): AsyncGenerator<readonly LocatedItem[], void, undefined> {
  let batch: LocatedItem[] = []
  const splitter = createLineSplitter(({ bytes, offset, length, terminated }) => {
    const parsed = bytes && parseRolloutLine(bytes)
    if (!parsed || !('item' in parsed)) return
    const fromByte = range.fromByte + offset
    batch.push({
      item: parsed.item,
      fromByte,
      toByte: fromByte + length + (terminated ? 1 : 0),
    })
  })
  for await (const piece of readLog(session, namespace, range)) {
    splitter.push(piece)
    if (batch.length > 0) yield batch
    batch = []
  }
  splitter.end()
  if (batch.length > 0) yield batch
}
