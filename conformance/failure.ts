import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import type { ConformanceCase } from './case.js'
import { HistoryBroken } from './concurrency/history-broken.js'
import { printLanes } from './concurrency/print-lanes.js'
import { brokenRequirement, rejectionOf } from './expect.js'
import { CaseTimeout } from './deadline.js'
import { printProgram } from './report/program.js'
import type { Failure } from './report/report.js'
import { encodeReplay } from './replay-token.js'
import { counterexamplePath } from './law.js'
import type { Trace } from './trace.js'

/** What is known when a case has failed. */
export interface FailedRun {
  readonly testCase: ConformanceCase
  readonly reason: unknown
  readonly trace: Trace | null
  readonly seed: number
}

/** Describes a failure in every way a report shows it. */
export function describeFailure({ testCase, reason, trace, seed }: FailedRun): Failure {
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
    diff: cause instanceof assert.AssertionError ? diffOf(cause) : null,
    program:
      cause instanceof HistoryBroken
        ? printLanes(testCase, cause.calls)
        : printProgram(testCase, trace?.calls ?? [], compared),
    signature: signatureOf(testCase.id, requirement, kind, cause),
    looksLike: [],
    replay: encodeReplay({ case: testCase.id, seed, path: counterexamplePath(reason) }),
  }
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
  if (cause instanceof assert.AssertionError) return cause.message.split('\n')[0] ?? ''
  if (!(cause instanceof Error)) return `thrown: ${String(cause)}`
  return 'code' in cause ? `${rejectionOf(cause)}: ${cause.message}` : rejectionOf(cause)
}

/** The two values of a comparison. */
export interface Compared {
  readonly expected: unknown
  readonly actual: unknown
}

function comparedValues(cause: unknown): Compared | null {
  if (!(cause instanceof assert.AssertionError)) return null
  return { expected: cause.expected, actual: cause.actual }
}

const shownLength = 20_000

function shown(value: unknown): string {
  const text = inspect(value, { depth: 12, maxStringLength: 500, maxArrayLength: 200 })
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text
}

/** The lines of node’s own diff, without its heading. */
function diffOf(error: assert.AssertionError): string | null {
  const lines = error.message.split('\n').slice(1)
  const diff = lines
    .filter((line) => !line.startsWith('+ actual - expected'))
    .join('\n')
    .trim()
  return diff === '' ? null : diff.slice(0, shownLength)
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
  return cause instanceof assert.AssertionError ? differenceOf(cause) : errorShape(cause)
}

function errorShape(cause: unknown): string {
  return cause instanceof Error ? rejectionOf(cause).replace(/:.*/s, '') : typeof cause
}

/** Where two values part, and how: `items.0.payload: object, undefined`. */
function differenceOf({ actual, expected }: assert.AssertionError): string {
  return difference(expected, actual, [], 0)
}

function difference(
  expected: unknown,
  actual: unknown,
  path: readonly string[],
  depth: number,
): string {
  if (isContainer(expected) && isContainer(actual) && depth < 12) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)])
    for (const key of keys) {
      const [left, right] = [expected[key], actual[key]]
      if (same(left, right) && key in expected === key in actual) continue
      return difference(left, right, [...path, generic(key)], depth + 1)
    }
  }
  return `${path.join('.')}: ${kindOfValue(expected)}, ${kindOfValue(actual)}`
}

/** Indexes and ids vary from store to store; which field differs does not. */
function generic(key: string): string {
  return /^\d+$/.test(key) || key.length > 30 ? '*' : key
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function same(left: unknown, right: unknown): boolean {
  try {
    assert.deepEqual(left, right)
    return true
  } catch {
    return false
  }
}

function kindOfValue(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string' && /^[A-Z_]+ [a-z-]+$|^resolved$/.test(value)) return value
  return Array.isArray(value) ? 'array' : typeof value
}
