/** Moves threads between any two stores and proves that they arrived. */
export { type ThreadState, classifyThread } from './plan/classify.js'
export { type RecordDifference, compareRecords } from './verify/compare-records.js'
export type { RolloutComparison } from './verify/compare-rollouts.js'
export { type ConflictPolicy, conflictPolicies, ON_CONFLICT_DEFAULT } from './copy/copy-context.js'
export type { MigrationEvent, OnMigrationEvent } from './runs/events.js'
export {
  type FindingTally,
  FindingTallies,
  type MigrationFinding,
  type MigrationFindingKind,
  findingKind,
} from './runs/findings.js'
export { type InspectedPlan, inspectPlan, type UnreadableThread } from './plan/inspect-plan.js'
export {
  type InspectedState,
  type InspectedThread,
  inspectedStates,
} from './plan/inspect-thread.js'
export { linesLostByCodex } from './copy/lost-by-codex.js'
export {
  isIntact,
  PLAN_SCHEMA,
  type PlanDocument,
  sealPlan,
  type StaleThread,
} from './plan/plan-document.js'
export {
  follow,
  type FollowOptions,
  type FollowResult,
  QUIET_MS_DEFAULT,
  type Stand,
} from './runs/follow.js'
export type { StreamDifference } from './verify/first-difference.js'
export { type Inventory, type InventoryOptions, takeInventory } from './plan/inventory.js'
export type { MigrationSides } from './plan/inventory.js'
export { type MappedSource, mappedSource, type RolloutOrigin } from './mapping/mapped-source.js'
export { isIdentity, type Mapping, parseReplacement, type Replacement } from './mapping/mapping.js'
export {
  type MigrationStatus,
  type RolloutProof,
  type ThreadOutcome,
  migrationStatuses,
} from './runs/outcome.js'
export type { MigrationPlan, PlannedThread } from './plan/plan.js'
export { type Probe, probeTarget, type ProbeOptions } from './plan/probe-target.js'
export {
  RECEIPT_SCHEMA,
  type Receipt,
  ReceiptBuilder,
  type ReceiptRollout,
  type ReceiptThread,
  receiptRoot,
} from './verify/receipt.js'
export { listRuns, type RunState } from './runs/list-runs.js'
export type { RunReview } from './runs/review-run.js'
export { isRunLog, LEASE_SOURCE, RUN_SOURCE, type RunFacts } from './runs/run-log.js'
export {
  type UndoneThread,
  type UndoOptions,
  type UndoResult,
  type UndoStatus,
  undoResults,
  undoRun,
} from './runs/undo-run.js'
export {
  type ReportHeader,
  type ReportWriter,
  type StopReason,
  beginReport,
  stopReason,
} from './runs/report.js'
export { JOBS_DEFAULT, type MigrateOptions, type MigrationResult, migrate } from './runs/run.js'
export { Pace, pacedSource } from './copy/pace.js'
export { leaseShard, type ShardLeaseOptions } from './runs/shard-lease.js'
export { isInShard, parseShard, type Shard } from './plan/shard.js'
export {
  type ReceiptThreadVerdict,
  type ReceiptVerdict,
  receiptVerdicts,
  verifyReceipt,
  type VerifyReceiptOptions,
  type VerifyReceiptResult,
} from './verify/verify-receipt.js'
export {
  type ThreadVerdict,
  type Verdict,
  type VerifyOptions,
  type VerifyResult,
  verdicts,
  verify,
} from './verify/verify.js'
