import { describe, expect, test } from 'vitest'
import { DECLARED_TIMEOUT_MS, declaredTests } from './declared-tests.js'
import type { RunOptions } from './run.js'
import type { StoreSubject } from './subject.js'

/**
 * Declares the suite as vitest tests, one per case. What the store does not claim is reported as
 * skipped, with the reason; what could not be tried fails.
 */
export function describeConformance(subject: StoreSubject, options: RunOptions = {}): void {
  describe(`${subject.name} keeps the contract`, () => {
    for (const { name, decide } of declaredTests(subject, options)) {
      test(`${name}`, { timeout: DECLARED_TIMEOUT_MS }, async (context) => {
        const { skipped, failure } = await decide()
        if (skipped !== null) context.skip(skipped)
        // Compared as a text, because the runner prints what differs from a word.
        expect(failure ?? 'passed').toBe('passed')
      })
    }
  })
}
