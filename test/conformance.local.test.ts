import { describeConformance } from '../conformance/vitest.js'
import { localSubject } from './local-subject.js'

describeConformance(localSubject(), { seed: 1 })
