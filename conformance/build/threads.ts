import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { ThreadMetadataPatch } from '../../src/store/metadata-patch.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { messages } from './items.js'
import { type CreateOverrides, creating } from './params.js'

/** What a thread that a case begins with looks like. */
export interface Arrangement extends CreateOverrides {
  /** @defaultValue two messages */
  readonly items?: readonly RolloutItem[]
  /** Applied at last, before the writer is closed. */
  readonly patch?: ThreadMetadataPatch
}

type IdSource = { threadId(): ThreadId }

/** A thread that is live on `store` and holds some items. */
export async function liveThread(
  ids: IdSource,
  store: ThreadStore,
  { items = messages(2), patch, ...overrides }: Arrangement = {},
): Promise<ThreadId> {
  const threadId = ids.threadId()
  await store.createThread(creating(threadId, overrides))
  if (items.length > 0) await store.appendItems({ threadId, items })
  else await store.persistThread({ threadId })
  if (patch !== undefined) await store.updateThreadMetadata({ threadId, patch })
  return threadId
}

/** A thread that is stored and not live. */
export async function coldThread(
  ids: IdSource,
  store: ThreadStore,
  arrangement?: Arrangement,
): Promise<ThreadId> {
  const threadId = await liveThread(ids, store, arrangement)
  await store.shutdownThread({ threadId })
  return threadId
}

/** A thread that is archived and not live. */
export async function archivedThread(
  ids: IdSource,
  store: ThreadStore,
  arrangement?: Arrangement,
): Promise<ThreadId> {
  const threadId = await coldThread(ids, store, arrangement)
  await store.archiveThread({ threadId })
  return threadId
}
