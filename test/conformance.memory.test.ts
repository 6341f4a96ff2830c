import { describeConformance } from '../conformance/vitest.js'
import { memorySubject } from '../conformance/mutants/memory-subject.js'

describeConformance(memorySubject(), { seed: 1 })
