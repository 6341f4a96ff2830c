import { isJsonObject, type JsonObject } from '../../src/protocol/json.js'
import type { StoredThread } from '../../src/store/records.js'

/**
 * What a migration leaves in the record of a thread, under `extra.threadstore`: which run stored it
 * last, and what it sent. It is stored with the thread in one step, so
 * it holds after any crash.
 */
interface RecordMark {
  readonly run: string
  readonly recordSha256: string
  /** Bytes of the thread's rollouts as they were sent. */
  readonly byteCount: number
}

const KEY = 'threadstore'

/** A record with a mark. */
export function withMark(record: StoredThread, mark: RecordMark): StoredThread {
  return { ...record, extra: { ...record.extra, [KEY]: { ...ours(record), ...mark } } }
}

/** A record as its thread's own store knows it. */
export function withoutMark(record: StoredThread): StoredThread {
  if (markOf(record) === null) return record
  const { run: _run, recordSha256: _digest, byteCount: _bytes, ...rest } = ours(record)
  const { [KEY]: _ours, ...others } = record.extra ?? {}
  const extra = Object.keys(rest).length > 0 ? { ...others, [KEY]: rest } : others
  return { ...record, extra: Object.keys(extra).length > 0 ? extra : null }
}

/** The mark of a record, or `null` for one that no migration stored. */
export function markOf({ extra }: StoredThread): RecordMark | null {
  const { run, recordSha256, byteCount } = ours({ extra })
  if (typeof run !== 'string' || typeof recordSha256 !== 'string') return null
  return typeof byteCount === 'number' ? { run, recordSha256, byteCount } : null
}

function ours({ extra }: Pick<StoredThread, 'extra'>): JsonObject {
  const value = extra?.[KEY]
  return value !== undefined && isJsonObject(value) ? value : {}
}
