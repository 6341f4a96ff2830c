import { getConversationSummary } from './get-conversation-summary.js'
import { initialize } from './initialize.js'
import { reviewStart } from './review-start.js'
import { notSupported } from './rpc-error.js'
import type { Method } from './server-context.js'
import { threadArchive, threadUnarchive } from './thread-archive.js'
import { threadCompactStart } from './thread-compact-start.js'
import { threadDelete } from './thread-delete.js'
import { threadFork } from './thread-fork.js'
import { threadInjectItems } from './thread-inject-items.js'
import { threadList } from './thread-list.js'
import { threadLoadedList } from './thread-loaded-list.js'
import { threadMemoryModeSet } from './thread-memory-mode-set.js'
import { threadMetadataUpdate } from './thread-metadata-update.js'
import { threadNameSet } from './thread-name-set.js'
import { threadRead } from './thread-read.js'
import { threadResume } from './thread-resume.js'
import { threadRollback } from './thread-rollback.js'
import { threadStart } from './thread-start.js'
import { threadTurnsList } from './thread-turns-list.js'
import { threadUnsubscribe } from './thread-unsubscribe.js'
import { turnInterrupt } from './turn-interrupt.js'
import { turnStart } from './turn-start.js'
import { turnSteer } from './turn-steer.js'

/** Every method that is answered. */
export const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['initialize', initialize],
  ['thread/start', threadStart],
  ['thread/resume', threadResume],
  ['thread/fork', threadFork],
  ['thread/read', threadRead],
  ['thread/list', threadList],
  ['thread/loaded/list', threadLoadedList],
  ['thread/name/set', threadNameSet],
  ['thread/metadata/update', threadMetadataUpdate],
  ['thread/memoryMode/set', threadMemoryModeSet],
  ['thread/archive', threadArchive],
  ['thread/unarchive', threadUnarchive],
  ['thread/delete', threadDelete],
  ['thread/rollback', threadRollback],
  ['thread/compact/start', threadCompactStart],
  ['thread/turns/list', threadTurnsList],
  // Codex 0.131 knows the name and nothing more.
  ['thread/turns/items/list', () => Promise.reject(notSupported('thread/turns/items/list'))],
  ['thread/unsubscribe', threadUnsubscribe],
  ['thread/inject_items', threadInjectItems],
  ['getConversationSummary', getConversationSummary],
  ['turn/start', turnStart],
  ['turn/steer', turnSteer],
  ['turn/interrupt', turnInterrupt],
  ['review/start', reviewStart],
])
