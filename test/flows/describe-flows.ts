import { describe, expect, test } from 'vitest'
import { flowCases } from '../../conformance/flows/cases/index.js'
import { runFlows } from '../../conformance/flows/run-flows.js'
import type { FlowSubject } from '../../conformance/flows/subject.js'

/** Cases of one subject run beside each other, so they get more time than they need. */
export const FLOW_TIMEOUT_MS = 120_000

/** Every flow over every subject as a test; none may be left out. */
export function describeFlows(...subjects: readonly FlowSubject[]): void {
  describe.each(subjects)('$name', (subject) => {
    test.concurrent.each(flowCases)(
      '$id: $title',
      async (flowCase) => {
        const { cases } = await runFlows(subject, { cases: [flowCase] })
        expect(cases.map(({ outcome, failure }) => ({ outcome, failure }))).toEqual([
          { outcome: 'passed', failure: null },
        ])
      },
      FLOW_TIMEOUT_MS,
    )
  })
}
