import { describe, expect, test } from 'vitest'
import { DECLARED_TIMEOUT_MS, declaredCases, outcomeText, skipReason } from './declared-cases.js'
import type { RunOptions } from './run.js'
import type { StoreSubject } from './subject.js'

/**
 * Declares the suite as vitest tests, one per case. What the store does not claim is reported as
 * skipped, with the reason; what could not be tried fails.
 */
export function describeConformance(subject: StoreSubject, options: RunOptions = {}): void {
  describe(`${subject.name} keeps the contract`, () => {
    for (const { name, decide } of declaredCases(subject, options)) {
      test(`${name}`, { timeout: DECLARED_TIMEOUT_MS }, async (context) => {
        const result = await decide()
        const skipped = skipReason(result)
        if (skipped !== null) context.skip(skipped)
        expect(outcomeText(result)).toBe('passed')
      })
    }
  })
}
