import { afterAll, inject } from 'vitest'
import { suite } from '../conformance/suite.js'
import { describeConformance } from '../conformance/vitest.js'
import { servedSubject } from './http/served-subject.js'

// What one process sees of a store over HTTP is tried over stores that cost less.
const elsewhere = suite.filter(({ doors = [] }) => doors.includes('spawn'))
const { subject, server } = await servedSubject(inject('postgresUrl'))
afterAll(() => server.end('SIGTERM'))

describeConformance(subject, { seed: 1, trials: 3, cases: elsewhere })
