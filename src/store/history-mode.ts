import { ThreadStoreError } from './errors.js'
import type { ThreadRecord } from './records.js'

/**
 * Refuses to read or extend a history written in a mode this version does not know: guessing would
 * show, or write, something wrong.
 */
export function requireKnownHistoryMode(
  record: Pick<ThreadRecord, 'threadId' | 'historyMode'>,
): void {
  const { threadId, historyMode } = record
  if (historyMode === 'legacy' || historyMode === 'paginated') return
  throw new ThreadStoreError(
    'UNSUPPORTED',
    `thread ${threadId} has history mode ${JSON.stringify(historyMode)}, which this version cannot read; it can still be exported and imported`,
    { reason: 'history-mode', threadId },
  )
}
