import { inject } from 'vitest'
import { describeConformance } from '../conformance/vitest.js'
import { postgresSubject } from './postgres-subjects.js'

describeConformance(postgresSubject(inject('postgresUrl')), { seed: 1, trials: 6 })
