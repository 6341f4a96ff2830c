import { createHash } from 'node:crypto'
import type { StoredThread } from '../../src/store/records.js'
import { canonicalJson } from '../../src/store/thread-filter.js'
import { isCompared } from './compare-records.js'
import { withoutMark } from '../copy/record-mark.js'

/** SHA-256 of a record, lower-case hex: equal records, equal digests, whatever order fields are in. */
export function recordDigest(record: StoredThread): string {
  const fields = Object.entries(withoutMark(record)).filter(([field]) => isCompared(field))
  return createHash('sha256')
    .update(canonicalJson(Object.fromEntries(fields)))
    .digest('hex')
}
