import { describeConformance } from '../conformance/vitest.js'
import { localSubject } from './local-subject.js'

// `crash.test.ts` kills more.
describeConformance(localSubject(), { seed: 1, trials: 1 })
