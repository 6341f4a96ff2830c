import { afterAll, expect, test } from 'vitest'
import { flowCases } from '../conformance/flows/cases/index.js'
import { flowMutants } from '../conformance/flows/mutants/index.js'
import { judgeFlow } from '../conformance/flows/prove-flows.js'
import { systemClock } from '../src/host/clock.js'
import { createHttpThreadServer } from '../src/stores/http/http-thread-server.js'
import { openHttpStore } from '../src/stores/http/open-http-store.js'
import { openLocalStore } from '../src/stores/local/open-local-store.js'
import { openPgliteDriver } from '../src/stores/postgres/driver/pglite-driver.js'
import { openPgliteStore } from '../src/stores/postgres/open-pglite-store.js'
import { describeFlows, FLOW_TIMEOUT_MS } from './flows/describe-flows.js'
import { namespaceOf, ourAppServer } from './flows/our-app-server.js'
import { memoryBehind } from './http/memory-behind.js'

const driver = await openPgliteDriver()
const storages = memoryBehind()
const server = await createHttpThreadServer({ open: (namespace) => storages.open(namespace) })
const url = await server.listen({ port: 0 })

const memory = ourAppServer('memory', (folder) => storages.open(folder))

describeFlows(
  memory,
  ourAppServer('local', (home) => openLocalStore({ home })),
  ourAppServer('pglite', (folder) => openPgliteStore({ driver, namespace: namespaceOf(folder) })),
  ourAppServer('http', (folder) => openHttpStore({ url, namespace: namespaceOf(folder) })),
)

/** Cases that found a mutant out. */
const biting = new Set<string>()

test.concurrent.each(flowMutants)(
  'a server of which it is true that “$id” is found out',
  async (mutant) => {
    // That every case is sound is tested above.
    const { outcome, killedBy } = await judgeFlow(memory, mutant, () => true, systemClock)
    expect(outcome).toBe('killed')
    for (const id of killedBy) biting.add(id)
  },
  FLOW_TIMEOUT_MS,
)

test('every case finds a mutant out', () => {
  expect(flowCases.filter(({ id }) => !biting.has(id)).map(({ id }) => id)).toEqual([])
})

afterAll(async () => {
  await server.close()
  await driver.close()
})
