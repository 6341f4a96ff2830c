export type { JsonObject, JsonValue } from './protocol/json.js'
export type * from './protocol/metadata.js'
export type { HistoryPosition, RolloutItem } from './protocol/rollout-item.js'
export { type RolloutId, type ThreadId, isThreadId } from './protocol/thread-id.js'
export type { StoredTurn, TurnError, TurnItemsView, TurnStatus } from './protocol/turn.js'
export { type SchemaName, type SchemaProblem, schemaProblem } from './protocol/validate.js'
export { type Clock, systemClock } from './host/clock.js'
export { type IdSource, systemIds } from './host/ids.js'
export {
  type CapabilityFlag,
  type Durability,
  type ThreadStoreCapabilities,
  type WriterScope,
  durabilityTiers,
  writerScopes,
} from './store/capabilities.js'
export { checked } from './store/checked.js'
export {
  type ErrorReason,
  ThreadStoreError,
  ThreadStoreErrorCode,
  type ThreadStoreErrorDetails,
  errorReasons,
} from './store/errors.js'
export {
  type GitInfoPatch,
  type ThreadMetadataPatch,
  applyPatch,
  isEmptyPatch,
  mergePatch,
  patchFields,
} from './store/metadata-patch.js'
export type * from './store/params.js'
export type * from './store/raw-history.js'
export type * from './store/records.js'
export { type StoreVerb, type ThreadStore, storeVerbs } from './store/thread-store.js'
