import { afterAll } from 'vitest'
import { describeConformance } from '../conformance/vitest.js'
import { openPgliteDriver } from '../src/stores/postgres/driver/pglite-driver.js'
import { openPgliteStore } from '../src/stores/postgres/open-pglite-store.js'
import { httpSubject } from './http/http-subject.js'

const driver = await openPgliteDriver()
const { subject, server } = await httpSubject({
  name: 'http over pglite',
  behind: { open: (scope) => openPgliteStore({ driver, namespace: scope }) },
})

// The whole suite runs over HTTP on memory, and on PGlite without HTTP.
describeConformance(subject, { seed: 1, set: 'smoke' })

afterAll(async () => {
  await server.close()
  await driver.close()
})
