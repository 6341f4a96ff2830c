import type { ThreadStoreCapabilities } from '../../src/store/capabilities.js'
import type { CaseSet } from '../case.js'
import type { RequirementLevel } from '../requirements.js'

/**
 * What became of a case. `not-applicable`: the store does not claim it. `excluded`: it failed as the
 * baseline says it does. `unproved`: claimed, but it could not be tried. Nothing is ever skipped.
 */
export const outcomes = ['passed', 'failed', 'not-applicable', 'excluded', 'unproved'] as const
export type Outcome = (typeof outcomes)[number]

/**
 * What a run comes to. `unproved`: nothing failed, but not everything claimed was tried.
 * `unreachable`: the subject could not be opened at all.
 */
export type Verdict =
  | 'conformant'
  | 'non-conformant'
  | 'unproved'
  | 'nothing-executed'
  | 'unreachable'

/** A call of a concurrent failure, as it is drawn. Times are logical: what is smaller was before. */
export interface HistoryCall {
  readonly client: string
  /** Calls of one lane do not overlap. */
  readonly lane: number
  readonly begin: number
  /** `null`: it had not returned. */
  readonly end: number | null
  readonly verb: string
  readonly params: string
  /** How it went, in words. */
  readonly outcome: string
  /** One of those that contradict each other. */
  readonly culprit: boolean
}

/** Why a case failed, for people and for programs. */
export interface Failure {
  /** `timeout`: the case did not end. `error`: something else than an assertion was thrown. */
  readonly kind: 'assertion' | 'error' | 'timeout'
  /** Those that are broken; one, where the case says which. */
  readonly requirements: readonly string[]
  readonly message: string
  readonly expected: string | null
  readonly actual: string | null
  /** Lines beginning with `-` were expected, those with `+` came. */
  readonly diff: string | null
  /** The calls that lead there, as a test one can paste. */
  readonly program: string
  /** The calls that overlapped, where that is what went wrong. */
  readonly history: readonly HistoryCall[] | null
  /** Equal for failures that look alike, whatever the ids and texts in them. */
  readonly signature: string
  /** Mutants that fail this case in the same way: the kind of defect to look for. */
  readonly looksLike: readonly string[]
  /** For `threadstore replay`. */
  readonly replay: string
}

export interface CaseResult {
  readonly id: string
  readonly title: string
  readonly kind: 'case' | 'law'
  readonly set: CaseSet
  readonly requirements: readonly string[]
  readonly outcome: Outcome
  /** Why it is not applicable, excluded or unproved. */
  readonly reason: string | null
  readonly durationMs: number
  readonly failure: Failure | null
  /** What it has counted, by name: a sweep’s trials. `null` where there is nothing to count. */
  readonly figures: Readonly<Record<string, number>> | null
}

/** A requirement with the worst outcome of its cases. */
export interface RequirementResult {
  readonly id: string
  readonly level: RequirementLevel
  readonly sentence: string
  readonly outcome: Outcome
  readonly cases: readonly string[]
}

export interface Report {
  readonly schema: 'threadstore/conformance-report/1'
  /** Of the package. */
  readonly version: string
  readonly suite: { readonly cases: number; readonly requirements: number }
  readonly subject: { readonly name: string; readonly version: string | null }
  /** `null` when the subject could not be opened, and for app-servers. */
  readonly supports: ThreadStoreCapabilities | null
  readonly options: {
    readonly set: CaseSet
    readonly filter: string | null
    readonly seed: number
    readonly runs: number | null
    readonly trials: number | null
    readonly budgetMs: number | null
    readonly baseline: boolean
  }
  readonly startedAt: string
  readonly durationMs: number
  readonly verdict: Verdict
  /** The run ended before every planned case was decided; `problem` says why. */
  readonly aborted: boolean
  /** Why there is no verdict on the store, where there is none. */
  readonly problem: string | null
  /** Cases the run set out to decide; each has exactly one outcome. */
  readonly planned: number
  /** Cases whose calls were made. */
  readonly executed: number
  readonly counts: Readonly<Record<Outcome, number>>
  /** Baseline entries that no longer describe what happens. */
  readonly staleBaseline: readonly string[]
  readonly requirements: readonly RequirementResult[]
  readonly cases: readonly CaseResult[]
}

/** What a run tells while it goes on; a crash keeps what was told. */
export type RunEvent =
  | {
      readonly type: 'started'
      readonly subject: string
      readonly planned: number
      readonly seed: number
    }
  | {
      readonly type: 'case'
      /** Counts from 0. */
      readonly index: number
      readonly result: CaseResult
    }
  | { readonly type: 'finished'; readonly report: Report }
