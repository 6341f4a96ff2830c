import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DECLARED_TIMEOUT_MS, declaredTests } from './declared-tests.js'
import type { RunOptions } from './run.js'
import type { StoreSubject } from './subject.js'

/**
 * Declares the suite as tests of `node --test`, one per case. What the store does not claim is
 * reported as skipped, with the reason; what could not be tried fails.
 */
export function describeConformance(subject: StoreSubject, options: RunOptions = {}): void {
  void describe(`${subject.name} keeps the contract`, () => {
    for (const { name, decide } of declaredTests(subject, options)) {
      void test(name, { timeout: DECLARED_TIMEOUT_MS }, async (context) => {
        const { skipped, failure } = await decide()
        if (skipped !== null) context.skip(skipped)
        else assert.ok(failure === null, failure ?? '')
      })
    }
  })
}
