import { isDeepStrictEqual } from 'node:util'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import { compareRecords } from './compare-records.js'
import type { MigrationSides } from '../plan/inventory.js'
import { itemsAfterMeta, portableHistory } from '../copy/portable-history.js'
import { isPatchable } from '../copy/record-patch.js'
import type { ThreadVerdict } from './verify.js'

/** Compares a thread item by item, for stores that do not move bytes. */
export async function compareItems(
  { source, target }: MigrationSides,
  threadId: ThreadId,
): Promise<ThreadVerdict> {
  const params = { threadId, includeArchived: true, includeHistory: true }
  const [from, held] = await Promise.all([source.readThread(params), target.readThread(params)])
  const wanted = portableHistory(from).items
  const items = itemsAfterMeta(held)
  const fields = compareRecords(from, held).filter(({ field }) => isPatchable(field))
  const at = wanted.findIndex((item, index) => !isDeepStrictEqual(item, items[index]))
  const behind = at === items.length && at >= 0
  const equal = at < 0 && items.length === wanted.length
  const place = at < 0 ? wanted.length : at
  const reasons = [
    ...(behind ? [`the last ${wanted.length - items.length} items are missing`] : []),
    ...(equal || behind ? [] : [`item ${place + 1} after the session_meta differs`]),
    ...fields.map(({ field }) => `${field} differs`),
  ]
  const same = equal && fields.length === 0
  return {
    threadId,
    verdict: same ? 'equal' : behind ? 'behind' : 'different',
    rollouts: [],
    fields,
    reason: same ? null : reasons.join('; '),
  }
}
