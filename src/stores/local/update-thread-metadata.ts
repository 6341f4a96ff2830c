import { amendSessionMeta } from '../../history/session-meta.js'
import { isoMillis } from '../../host/clock.js'
import type { JsonObject } from '../../protocol/json.js'
import type { RolloutItem } from '../../protocol/rollout-item.js'
import { invalidRequest } from '../../store/errors.js'
import { type ThreadMetadataPatch, applyPatch, isEmptyPatch } from '../../store/metadata-patch.js'
import type { UpdateThreadMetadataParams } from '../../store/params.js'
import type { ThreadRecord } from '../../store/records.js'
import { canonicalJson } from '../../store/thread-filter.js'
import { changeRecord, changingRecords } from './change-record.js'
import { firstMetaPayload } from './home/rollout-head.js'
import { appendIndexEntry } from './home/session-index.js'
import { LiveThread, type RolloutPlace } from './live-thread.js'
import type { OpenHome } from './open-home.js'

/** Applies a literal patch in every place where Codex keeps what it changes. */
export async function updateThreadMetadata(
  home: OpenHome,
  { threadId, patch, includeArchived = false }: UpdateThreadMetadataParams,
  live: LiveThread | undefined,
): Promise<ThreadRecord> {
  if (patch.rolloutPath !== undefined) throw pathNotOwned()
  return changingRecords(home, async () => {
    const thread = await home.visible({ threadId, includeArchived })
    const record = await home.records.complete(thread)
    if (isEmptyPatch(patch)) return record
    return withRollout(home, record, patch, live, (rollout) =>
      changeRecord(home, threadId, {
        change: (found) => applyPatch(found, structuredClone(patch)),
        alongside: (before, after) => {
          if (rollout !== null) noteInRollout(home, rollout, before, after)
          if (before.name !== after.name) noteInIndex(home, after)
        },
        indexName: (before, after) => (before.name === after.name ? undefined : (after.name ?? '')),
      }),
    )
  })
}

/** A rollout that can be appended to at once, and what its first `session_meta` says. */
interface AppendableRollout {
  readonly meta: JsonObject
  append(item: RolloutItem): void
}

/**
 * Opens the rollout for a patch that has to leave a trace in it: from its lines Codex and this store
 * derive git facts and memory mode again, when they reconcile a row or have lost it. Nothing
 * is opened while somebody else is writing it.
 */
async function withRollout<T>(
  home: OpenHome,
  { threadId, historyMode, rolloutPath }: ThreadRecord,
  patch: ThreadMetadataPatch,
  live: LiveThread | undefined,
  act: (rollout: AppendableRollout | null) => Promise<T>,
): Promise<T> {
  const leavesTrace = patch.gitInfo !== undefined || patch.memoryMode !== undefined
  const isKnownMode = historyMode === 'legacy' || historyMode === 'paginated'
  if (!leavesTrace || !isKnownMode || rolloutPath === null) return act(null)
  const actOn = async (writer: LiveThread): Promise<T> => {
    await writer.open()
    // Archiving moves the file while its writer goes on.
    const { entry } = await home.locate(threadId)
    const meta = await firstMetaPayload(entry)
    return act(meta && { meta, append: (item) => writer.appendNow(item) })
  }
  if (live !== undefined) return live.run(() => actOn(live))
  const lock = await home.locks.tryAcquire(threadId)
  if (lock === null) return act(null)
  const locate = (): Promise<RolloutPlace> => home.locate(threadId)
  const cold = new LiveThread({ home, threadId, historyMode, lock, draft: null, locate })
  try {
    return await actOn(cold)
  } finally {
    await cold.close()
  }
}

function noteInRollout(
  home: OpenHome,
  rollout: AppendableRollout,
  before: ThreadRecord,
  after: ThreadRecord,
): void {
  const gitChanged = canonicalJson(before.gitInfo) !== canonicalJson(after.gitInfo)
  if (!gitChanged && before.memoryMode === after.memoryMode) return
  // A line without git says nothing of git; that all of it was cleared has to be said.
  // A history begins somewhere once.
  const { history_base: _base, ...meta } = rollout.meta
  const cleared = { sha: null, branch: null, originUrl: null }
  const gitInfo = gitChanged ? (after.gitInfo ?? cleared) : null
  rollout.append({
    timestamp: isoMillis(home.clock.now()),
    type: 'session_meta',
    payload: amendSessionMeta(meta, { gitInfo, memoryMode: after.memoryMode }),
  })
}

function noteInIndex(home: OpenHome, { threadId, name }: ThreadRecord): void {
  const updatedAt = isoMillis(home.clock.now())
  appendIndexEntry(home.paths.sessionIndex, { threadId, name, updatedAt })
}

function pathNotOwned(): Error {
  return invalidRequest(
    'path-not-owned',
    'where a rollout lies is for the store to say; archive and unarchive move it',
    { path: '/patch/rolloutPath' },
  )
}
