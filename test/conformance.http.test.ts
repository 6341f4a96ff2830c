import { afterAll } from 'vitest'
import { describeConformance } from '../conformance/vitest.js'
import { httpSubject } from './http/http-subject.js'
import { memoryBehind } from './http/memory-behind.js'

const { subject, server } = await httpSubject({ name: 'http over memory', behind: memoryBehind() })
afterAll(() => server.close())

describeConformance(subject, { seed: 1 })
