import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DECLARED_TIMEOUT_MS, declaredCases, outcomeText, skipReason } from './declared-cases.js'
import type { RunOptions } from './run.js'
import type { StoreSubject } from './subject.js'

/**
 * Declares the suite as tests of `node --test`, one per case. What the store does not claim is
 * reported as skipped, with the reason; what could not be tried fails.
 */
export function describeConformance(subject: StoreSubject, options: RunOptions = {}): void {
  void describe(`${subject.name} keeps the contract`, () => {
    for (const { name, decide } of declaredCases(subject, options)) {
      void test(name, { timeout: DECLARED_TIMEOUT_MS }, async (context) => {
        const result = await decide()
        const skipped = skipReason(result)
        if (skipped !== null) context.skip(skipped)
        else assert.ok(result.outcome === 'passed', outcomeText(result))
      })
    }
  })
}
