import { applyPatch, isEmptyPatch } from '../../store/metadata-patch.js'
import type { UpdateThreadMetadataParams } from '../../store/params.js'
import type { StoredThread, ThreadRecord } from '../../store/records.js'
import { changeRecord } from './change-record.js'
import type { PostgresContext } from './postgres-context.js'
import { readThread } from './read-thread.js'

/** Applies a literal patch; an empty one is a read. */
export async function updateThreadMetadata(
  context: PostgresContext,
  update: UpdateThreadMetadataParams,
  contended: boolean,
): Promise<StoredThread> {
  const { threadId, includeArchived = false, patch } = update
  if (isEmptyPatch(patch)) return readThread(context, { threadId, includeArchived })
  const change = (record: ThreadRecord): ThreadRecord => structuredClone(applyPatch(record, patch))
  return changeRecord(context, update, change, contended)
}
