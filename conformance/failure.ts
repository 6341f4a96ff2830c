import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import type { ConformanceCase } from './case.js'
import { drawnHistory } from './concurrency/drawn-history.js'
import { CrashFound } from './crash/crash-found.js'
import { HistoryBroken } from './concurrency/history-broken.js'
import { printLanes } from './concurrency/print-lanes.js'
import { brokenRequirement, rejectionOf, thrownText } from './expect.js'
import { CaseTimeout } from './deadline.js'
import { differenceText, differences } from './report/difference.js'
import { printProgram } from './report/program.js'
import type { Failure } from './report/report.js'
import { encodeReplay } from './replay-token.js'
import { counterexamplePath } from './law.js'
import type { Trace } from './trace.js'

/** What is known when a case has failed. */
interface FailedRun {
  readonly testCase: ConformanceCase
  readonly reason: unknown
  readonly trace: Trace | null
  readonly seed: number
}

/** Describes a failure in every way a report shows it. */
export function describeFailure({ testCase, reason, trace, seed }: FailedRun): Failure {
  const cause = rootOf(reason)
  const program = programOf(testCase, cause, trace, comparedValues(cause))
  return describeReason({ testCase, reason, seed, program })
}

/** What is known when a case of any suite has failed. */
interface FailedCase {
  readonly testCase: { readonly id: string; readonly requirements: readonly string[] }
  readonly reason: unknown
  readonly seed: number
  /** What led there. */
  readonly program: string
}

/** Describes the failure of a case whose program is known. */
export function describeReason({ testCase, reason, seed, program }: FailedCase): Failure {
  const cause = rootOf(reason)
  const kind = kindOf(cause)
  const requirement = brokenRequirement(cause)
  const compared = comparedValues(cause)
  return {
    kind,
    requirements: requirement === null ? testCase.requirements : [requirement],
    message: messageOf(cause),
    expected: compared && shown(compared.expected),
    actual: compared && shown(compared.actual),
    diff: compared && differenceText(compared.expected, compared.actual),
    program: shortened(program),
    history: cause instanceof HistoryBroken ? drawnHistory(cause) : null,
    signature: signatureOf(testCase.id, requirement, kind, cause),
    looksLike: [],
    replay: encodeReplay({ case: testCase.id, seed, path: counterexamplePath(reason) }),
  }
}

function programOf(
  testCase: ConformanceCase,
  cause: unknown,
  trace: Trace | null,
  compared: Compared | null,
): string {
  if (cause instanceof HistoryBroken) return printLanes(testCase, cause.calls)
  if (cause instanceof CrashFound) return cause.program
  return printProgram(testCase, trace?.calls ?? [], compared)
}

/** Laws wrap what their last run threw. */
function rootOf(reason: unknown): unknown {
  return reason instanceof Error && counterexamplePath(reason) !== null ? reason.cause : reason
}

function kindOf(cause: unknown): Failure['kind'] {
  if (cause instanceof CaseTimeout) return 'timeout'
  return cause instanceof assert.AssertionError ? 'assertion' : 'error'
}

function messageOf(cause: unknown): string {
  if (cause instanceof assert.AssertionError) {
    const [line = ''] = cause.message.split('\n')
    // Node says no more than what the difference shows anyway.
    return line.startsWith('Expected ') ? 'what came is not what was expected' : line
  }
  return thrownText(cause)
}

/** The two values of a comparison. */
interface Compared {
  readonly expected: unknown
  readonly actual: unknown
}

function comparedValues(cause: unknown): Compared | null {
  if (!(cause instanceof assert.AssertionError) || cause instanceof HistoryBroken) return null
  return { expected: cause.expected, actual: cause.actual }
}

const shownLength = 20_000

function shown(value: unknown): string {
  const text = inspect(value, { depth: 12, maxStringLength: 500, maxArrayLength: 200 })
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text
}

/** Nobody pastes a program of a thousand items; `replay` runs it all the same. */
function shortened(program: string): string {
  const cut = program.length - shownLength
  return cut > 0
    ? `${program.slice(0, shownLength)}\n// … and ${cut} characters more; threadstore replay runs it whole`
    : program
}

/**
 * Two failures have one signature when the same check of the same case differs in the same place.
 * What ids, times and texts were there does not matter, so that it holds across stores and seeds.
 */
function signatureOf(
  caseId: string,
  requirement: string | null,
  kind: Failure['kind'],
  cause: unknown,
): string {
  const place = placeOf(cause)
  const text = [caseId, requirement ?? '', kind, place].join('\n')
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

function placeOf(cause: unknown): string {
  if (cause instanceof HistoryBroken) return cause.anomaly
  return cause instanceof assert.AssertionError ? differingPlace(cause) : errorShape(cause)
}

function errorShape(cause: unknown): string {
  return cause instanceof Error ? rejectionOf(cause).replace(/:.*/s, '') : typeof cause
}

/** Where two values part first, and how: `[*].payload: object, undefined`. */
function differingPlace({ actual, expected }: assert.AssertionError): string {
  const [first] = differences(expected, actual)
  if (first === undefined) return 'nowhere'
  // Indexes and ids vary from store to store; which field differs does not.
  const path = first.path.replace(/\[\d+\]/g, '[*]').replace(/\[".{20,}?"\]/g, '[*]')
  return `${path}: ${kindOfValue(first.expected)}, ${kindOfValue(first.actual)}`
}

function kindOfValue(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string' && /^[A-Z_]+ [a-z-]+$|^resolved$/.test(value)) return value
  return Array.isArray(value) ? 'array' : typeof value
}
