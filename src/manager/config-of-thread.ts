import { readSessionMeta } from '../history/session-meta.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { StoredThread } from '../store/records.js'
import type { ThreadConfig } from './thread-config.js'

/** What a stored thread says of how it worked last; what it does not say is absent. */
export function configOfThread(
  thread: StoredThread,
  items: readonly RolloutItem[],
): Partial<ThreadConfig> {
  const { model, reasoningEffort, approvalMode, permissionProfile, cwd, memoryMode } = thread
  const instructions = instructionsOf(thread, items)
  return {
    modelProvider: thread.modelProvider,
    ...(model === null ? {} : { model }),
    ...(reasoningEffort === null ? {} : { reasoningEffort }),
    ...(approvalMode === null ? {} : { approvalPolicy: approvalMode }),
    ...(permissionProfile === null ? {} : { permissionProfile }),
    ...(cwd === '' ? {} : { cwd }),
    ...(memoryMode === 'polluted' ? {} : { memoryMode }),
    ...(instructions === null ? {} : { instructions }),
  }
}

function instructionsOf({ threadId }: StoredThread, items: readonly RolloutItem[]): string | null {
  for (const item of items) {
    const meta = readSessionMeta(item)
    if (meta?.threadId === threadId) return meta.baseInstructions
  }
  return null
}
