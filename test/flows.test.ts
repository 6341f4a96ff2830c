import { describe, expect, test } from 'vitest'
import { flowCases } from '../conformance/flows/cases/index.js'
import { flowMutants } from '../conformance/flows/mutants.js'
import { proveFlows } from '../conformance/flows/prove-flows.js'
import { runFlows } from '../conformance/flows/run-flows.js'
import { openLocalStore } from '../src/stores/local/open-local-store.js'
import { openMemoryStore } from '../src/stores/memory/memory-thread-store.js'
import { openPgliteDriver } from '../src/stores/postgres/pglite-driver.js'
import { openPgliteStore } from '../src/stores/postgres/open-pglite-store.js'
import { ourAppServer } from './flow-subject.js'

/** Cases of one subject run beside each other, so they get more time than they need. */
const TIMEOUT_MS = 120_000

const driver = openPgliteDriver()

const memory = ourAppServer('memory', false, () => Promise.resolve(openMemoryStore()))
const local = ourAppServer('local', true, (home) => openLocalStore({ home }))
const pglite = ourAppServer('pglite', true, async (folder) =>
  openPgliteStore({ driver: await driver, namespace: folder.replaceAll(/\W/g, '_').slice(-40) }),
)

describe.each([memory, local, pglite])('$name', (subject) => {
  test.concurrent.each(flowCases)(
    '$id: $title',
    async (flowCase) => {
      const { cases } = await runFlows(subject, { cases: [flowCase] })
      const unproved = !subject.durable && flowCase.doors?.includes('restart') === true
      expect(cases.map(({ outcome, reason }) => ({ outcome, reason }))).toEqual([
        unproved
          ? { outcome: 'unproved', reason: 'needs restart' }
          : { outcome: 'passed', reason: null },
      ])
    },
    TIMEOUT_MS,
  )
})

test.concurrent.each(flowMutants)(
  'a server of which it is true that “$id” is found out',
  async (mutant) => {
    const results = await proveFlows(local, { mutants: [mutant] })
    expect(results.map(({ outcome }) => outcome)).toEqual(['killed'])
  },
  TIMEOUT_MS,
)
