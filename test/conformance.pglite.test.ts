import { describeConformance } from '../conformance/vitest.js'
import { pgliteSubject } from './postgres-subjects.js'

describeConformance(await pgliteSubject(), { seed: 1 })
