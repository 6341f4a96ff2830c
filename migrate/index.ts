/** Moves threads between any two stores and proves that they arrived. */
export { type ThreadState, classifyThread } from './classify.js'
export { type RecordDifference, compareRecords } from './compare-records.js'
export type { RolloutComparison } from './compare-rollouts.js'
export { type ConflictPolicy, conflictPolicies, ON_CONFLICT_DEFAULT } from './copy-context.js'
export type { MigrationEvent, OnMigrationEvent } from './events.js'
export {
  type FindingTally,
  FindingTallies,
  type MigrationFinding,
  type MigrationFindingKind,
  findingKind,
} from './findings.js'
export { type InspectedPlan, inspectPlan, type UnreadableThread } from './inspect-plan.js'
export { type InspectedState, type InspectedThread, inspectedStates } from './inspect-thread.js'
export { linesLostByCodex } from './lost-by-codex.js'
export {
  isIntact,
  PLAN_SCHEMA,
  type PlanDocument,
  sealPlan,
  type StaleThread,
} from './plan-document.js'
export {
  follow,
  type FollowOptions,
  type FollowResult,
  QUIET_MS_DEFAULT,
  type Stand,
} from './follow.js'
export type { StreamDifference } from './first-difference.js'
export { type Inventory, type InventoryOptions, takeInventory } from './inventory.js'
export type { MigrationSides } from './inventory.js'
export { type MappedSource, mappedSource, type RolloutOrigin } from './mapping/mapped-source.js'
export { isIdentity, type Mapping, parseReplacement, type Replacement } from './mapping/mapping.js'
export {
  type MigrationStatus,
  type RolloutProof,
  type ThreadOutcome,
  migrationStatuses,
} from './outcome.js'
export type { MigrationPlan, PlannedThread } from './plan.js'
export { type Probe, probeTarget, type ProbeOptions } from './probe-target.js'
export {
  RECEIPT_SCHEMA,
  type Receipt,
  ReceiptBuilder,
  type ReceiptRollout,
  type ReceiptThread,
  receiptRoot,
} from './receipt.js'
export { listRuns, type RunState } from './list-runs.js'
export type { RunReview } from './review-run.js'
export { isRunLog, LEASE_SOURCE, RUN_SOURCE, type RunFacts } from './run-log.js'
export {
  type UndoneThread,
  type UndoOptions,
  type UndoResult,
  type UndoStatus,
  undoResults,
  undoRun,
} from './undo-run.js'
export {
  type ReportHeader,
  type ReportWriter,
  type StopReason,
  beginReport,
  stopReason,
} from './report.js'
export { JOBS_DEFAULT, type MigrateOptions, type MigrationResult, migrate } from './run.js'
export { Pace, pacedSource } from './pace.js'
export { leaseShard, type ShardLeaseOptions } from './shard-lease.js'
export { isInShard, parseShard, type Shard } from './shard.js'
export {
  type ReceiptThreadVerdict,
  type ReceiptVerdict,
  receiptVerdicts,
  verifyReceipt,
  type VerifyReceiptOptions,
  type VerifyReceiptResult,
} from './verify-receipt.js'
export {
  type ThreadVerdict,
  type Verdict,
  type VerifyOptions,
  type VerifyResult,
  verdicts,
  verify,
} from './verify.js'
