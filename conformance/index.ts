/** Proves that a store keeps the contract of `docs/thread-store.md`. */
export type { Baseline, BaselineEntry } from './baseline.js'
export {
  type CaseContext,
  type CaseSet,
  type ConformanceCase,
  type Search,
  caseSets,
} from './case.js'
export { type Claim, all, claims, durable, lacks, materializes, writers } from './claims.js'
export { type Rejection, equal, holds, outcomeOf, rejects, under } from './expect.js'
export { type Law, law } from './law.js'
export { type Replay, decodeReplay, encodeReplay } from './replay-token.js'
export type * from './report/report.js'
export { type TextStyle, caseLine, failureText, plainStyle, summaryText } from './report/text.js'
export {
  type Requirement,
  type RequirementId,
  type RequirementLevel,
  requirementOf,
  requirements,
} from './requirements.js'
export { type RunOptions, type StartedRun, run, startRun } from './run.js'
export { type Selection, selectCases } from './select.js'
export type {
  ChildSubject,
  StoreSubject,
  SubjectContext,
  SubjectDoor,
  SubjectLimits,
} from './subject.js'
export { suite } from './suite.js'
