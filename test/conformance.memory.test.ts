import { describeConformance } from '../conformance/vitest.js'
import { lazily } from '../conformance/mutants/lazily.js'
import { memorySubject } from '../conformance/mutants/memory-subject.js'
import { narrowed } from '../conformance/mutants/mutated.js'

describeConformance(memorySubject(), { seed: 1 })
describeConformance(lazily(memorySubject()), { seed: 1, runs: 5 })
describeConformance(
  narrowed(memorySubject(), {
    search: false,
    turns: false,
    items: false,
    delete: false,
    rawHistory: false,
    lineage: false,
  }),
  { seed: 1, runs: 5 },
)
