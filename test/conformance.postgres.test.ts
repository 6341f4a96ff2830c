import { inject } from 'vitest'
import { settledCases } from './settled-cases.js'
import { describeConformance } from '../conformance/vitest.js'
import { postgresSubject } from './postgres-subjects.js'

// The subject has no door to other processes; test/postgres/writers.postgres.test.ts kills and fences
// writers in them.
const inOneProcess = settledCases.filter(({ doors = [] }) => !doors.includes('spawn'))

describeConformance(postgresSubject(inject('postgresUrl')), { seed: 1, cases: inOneProcess })
