/** Proves that a store keeps the contract of `docs/thread-store.md`. */
export type { Baseline, BaselineEntry } from './baseline.js'
export {
  type CaseContext,
  type CaseSet,
  type ConformanceCase,
  type Search,
  type StorageProcess,
  caseSets,
} from './case.js'
export { type Claim, all, claims, durable, lacks, materializes, writers } from './claims.js'
export { type Rejection, equal, holds, outcomeOf, rejects, under } from './expect.js'
export { type Law, law } from './law.js'
export {
  type Judge,
  type JudgeOptions,
  type MutantOutcome,
  type MutantResult,
  judgeOf,
} from './judge.js'
export type { Control } from './control.js'
export type { KillMatrix } from './kill-matrix.js'
export { type ProveOptions, prove } from './prove.js'
export type { Mutant, MutantWorld } from './mutants/mutant.js'
export { mutants } from './mutants/index.js'
export { matrixText, mutantLine } from './report/matrix-text.js'
export { htmlPage } from './report/html/page.js'
export {
  type Reporter,
  type ReporterName,
  printReport,
  reporterNames,
  reporters,
} from './report/reporters.js'
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
  StoreSubject,
  SubjectContext,
  SubjectDoor,
  SubjectLimits,
  SubjectProcess,
} from './subject.js'
export { suite } from './suite.js'
