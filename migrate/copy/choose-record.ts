import type { StoredThread } from '../../src/store/records.js'
import { compareRecords } from '../verify/compare-records.js'
import type { MigrationFinding } from '../runs/findings.js'
import { recordDigest } from '../verify/record-digest.js'
import { markOf, withoutMark } from './record-mark.js'

/** Which record a thread is to have in the target, and what is to be said about it. */
interface RecordChoice {
  readonly record: StoredThread
  readonly findings: readonly MigrationFinding[]
}

/**
 * The source's record, unless the target's was changed since it was sent and the source's was not,
 * or not later. The mark of the last run tells; without one only the times do.
 */
export function chooseRecord(source: StoredThread, held: StoredThread | null): RecordChoice {
  if (held === null || compareRecords(source, held).length === 0) {
    return { record: source, findings: [] }
  }
  const mark = markOf(held)
  const targetChanged = mark === null || recordDigest(held) !== mark.recordSha256
  const sourceChanged = mark === null || recordDigest(source) !== mark.recordSha256
  const targetIsNewer = held.updatedAt > source.updatedAt
  if (!targetChanged) return { record: source, findings: [] }
  if (!sourceChanged) return { record: withoutMark(held), findings: [kept(source, held)] }
  const both = mark === null ? [] : [changedTwice(source, held)]
  return targetIsNewer
    ? { record: withoutMark(held), findings: mark === null ? [kept(source, held)] : both }
    : { record: source, findings: both }
}

function kept({ threadId, ...source }: StoredThread, held: StoredThread): MigrationFinding {
  const fields = differing({ threadId, ...source }, held)
  return { code: 'RECORD_KEPT', threadId, message: `the target's ${fields} was left as it is` }
}

function changedTwice(source: StoredThread, held: StoredThread): MigrationFinding {
  const { threadId } = source
  const winner = held.updatedAt > source.updatedAt ? 'target' : 'source'
  const message = `${differing(source, held)} was changed on both sides; the ${winner} is newer`
  return { code: 'RECORD_CHANGED_TWICE', threadId, message }
}

function differing(source: StoredThread, held: StoredThread): string {
  return compareRecords(source, held)
    .map(({ field }) => field)
    .join(', ')
}
