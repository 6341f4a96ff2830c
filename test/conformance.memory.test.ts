import { suite } from '../conformance/suite.js'
import { describeConformance } from '../conformance/vitest.js'
import { lazily } from './lazily.js'
import { memorySubject } from '../conformance/mutants/memory-subject.js'
import { narrowed } from '../conformance/mutants/mutated.js'

describeConformance(memorySubject(), { seed: 1 })
// The decorator makes a store lazy for one call at a time. What overlapping calls see of a lazy
// store is the local store's to show.
const oneAtATime = suite.filter(({ id }) => !id.startsWith('conc.'))
describeConformance(lazily(memorySubject()), { seed: 1, runs: 5, cases: oneAtATime })
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
