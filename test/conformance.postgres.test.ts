import { inject } from 'vitest'
import { suite } from '../conformance/suite.js'
import { describeConformance } from '../conformance/vitest.js'
import { postgresSubject } from './postgres-subjects.js'

// The subject has no door to other processes; test/postgres/writers.postgres.test.ts kills and fences
// writers in them.
const inOneProcess = suite.filter(({ doors = [] }) => !doors.includes('spawn'))

describeConformance(postgresSubject(inject('postgresUrl')), { seed: 1, cases: inOneProcess })
