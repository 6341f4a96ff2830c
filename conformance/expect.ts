import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { type errorReasons, ThreadStoreError } from '../src/store/errors.js'
import type { RequirementId } from './requirements.js'

type Reasons = typeof errorReasons

/** How a call is refused: code and reason, as reports print them. */
export type Rejection = {
  [Code in keyof Reasons]: `${Code} ${Reasons[Code][number]}`
}[keyof Reasons]

/** A value that came back equals what was expected, whole. */
export function equal(
  actual: unknown,
  expected: unknown,
  what = 'what came is not what was expected',
): void {
  if (isDeepStrictEqual(actual, expected)) return
  // For an operator of its own Node would spend seconds on the difference of two long lists.
  throw new assert.AssertionError({ actual, expected, operator: 'equals', message: what })
}

/** A condition that has no second value to be compared with. */
export function holds(condition: boolean, what: string): void {
  assert.equal(condition, true, what)
}

/** What a call came to, as a value: a rejection is its code and reason. */
export async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return { resolved: await call }
  } catch (reason) {
    return { rejected: rejectionOf(reason) }
  }
}

/** Code and reason of a rejection, or what was thrown instead of one. */
export function rejectionOf(reason: unknown): string {
  if (ThreadStoreError.is(reason)) return `${reason.code} ${reason.details?.reason}`
  return reason instanceof Error ? `${reason.name}: ${reason.message}` : `thrown: ${String(reason)}`
}

/** Everything a thrown value says of itself, in one line. */
export function thrownText(reason: unknown): string {
  const text = rejectionOf(reason)
  return ThreadStoreError.is(reason) ? `${text}: ${reason.message}` : text
}

/**
 * A call is refused for the reason given, or one of them, and what `observe` sees is the same
 * before and after: a refusal with an effect is none.
 */
export async function rejects(
  call: () => Promise<unknown>,
  expected: Rejection | readonly Rejection[],
  observe: () => Promise<unknown> = () => Promise.resolve(null),
): Promise<void> {
  const before = await observe()
  const accepted = [expected].flat()
  const outcome = await outcomeOf(call())
  const actual = isRejected(outcome) ? outcome.rejected : 'resolved'
  if (!accepted.some((one) => one === actual)) {
    const wanted = accepted.join(' or ')
    assert.equal(
      actual,
      wanted,
      `expected the call to be refused: ${wanted}, but it ${actual === 'resolved' ? 'resolved' : `was ${actual}`}`,
    )
  }
  equal(await observe(), before, 'the refused call changed something')
}

/** Calls that change nothing, all of them together: cheaper than looking after each. */
export async function unchanged(
  observe: () => Promise<unknown>,
  calls: () => Promise<void>,
): Promise<void> {
  const before = await observe()
  await calls()
  equal(await observe(), before, 'a refused call changed something')
}

function isRejected(outcome: unknown): outcome is { readonly rejected: string } {
  return typeof outcome === 'object' && outcome !== null && 'rejected' in outcome
}

const broken = new WeakMap<object, RequirementId>()

/** Runs a part of a case that checks one of its requirements, so that a failure names that one. */
export async function under<T>(requirement: RequirementId, part: () => T | Promise<T>): Promise<T> {
  try {
    return await part()
  } catch (reason) {
    if (typeof reason === 'object' && reason !== null && !broken.has(reason)) {
      broken.set(reason, requirement)
    }
    throw reason
  }
}

/** The requirement an error was raised under, if it was. */
export function brokenRequirement(reason: unknown): RequirementId | null {
  return typeof reason === 'object' && reason !== null ? (broken.get(reason) ?? null) : null
}
