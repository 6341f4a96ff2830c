import { canonicalJson } from '../../../store/thread-filter.js'
import type { ThreadRows } from './state-rows.js'
import type { SqlRow } from './table-columns.js'

/** Whether nobody has written a thread's rows between two readings of them. */
export function sameThreadRows(before: ThreadRows, now: ThreadRows): boolean {
  return (
    sameRow(before.row, now.row) && canonicalJson(before.overlay) === canonicalJson(now.overlay)
  )
}

/** Whether every column says the same. */
export function sameRow(a: SqlRow | null, b: SqlRow | null): boolean {
  if (a === null || b === null) return a === b
  const columns = Object.keys(a)
  return (
    columns.length === Object.keys(b).length &&
    columns.every((column) => sameValue(a[column], b[column]))
  )
}

function sameValue(a: unknown, b: unknown): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array
    ? Buffer.from(a).equals(b)
    : Object.is(a, b)
}
