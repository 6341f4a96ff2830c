import { isDeepStrictEqual } from 'node:util'
import type { StoredThread } from '../../src/store/records.js'
import { withoutMark } from '../copy/record-mark.js'

/** A field of the record in which two stores differ. */
export interface RecordDifference {
  readonly field: string
  readonly source: unknown
  readonly target: unknown
}

/**
 * `rolloutPath` belongs to the store that has the file, and what was asked for beside the record is
 * no part of it.
 */
const notCompared: ReadonlySet<string> = new Set(['rolloutPath', 'history', 'rollouts'])

/** Whether a field of the record is part of what a migration has to bring over. */
export function isCompared(field: string): boolean {
  return !notCompared.has(field)
}

/** The fields in which two records of one thread differ, by name. */
export function compareRecords(left: StoredThread, right: StoredThread): RecordDifference[] {
  const [source, target] = [withoutMark(left), withoutMark(right)]
  const fields = [...new Set([...Object.keys(source), ...Object.keys(target)])].toSorted()
  return fields
    .filter(isCompared)
    .map((field) => ({ field, source: fieldOf(source, field), target: fieldOf(target, field) }))
    .filter((difference) => !isDeepStrictEqual(difference.source, difference.target))
}

function fieldOf(record: StoredThread, field: string): unknown {
  return (record as unknown as Readonly<Record<string, unknown>>)[field]
}
