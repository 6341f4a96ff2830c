import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { appendLoad, problemsAfter } from '../../bench/load/append-load.js'
import { serveStore } from '../../bench/load/served-store.js'
import { systemIds } from '../../src/host/ids.js'
import { openHttpStore } from '../../src/stores/http/open-http-store.js'
import { openPostgresStore } from '../../src/stores/postgres/open-postgres-store.js'
import { ROOT } from '../tidy/repository.js'

// `npm run bench -- --only http-load` presses harder, and for a minute.
test('appends to many threads survive a server that is killed, once each and in order', async () => {
  const namespace = `load_${systemIds.newThreadId()}`
  const url = `${inject('postgresUrl')}?namespace=${namespace}`
  await using served = await serveStore(join(ROOT, 'dist/bin/threadstore.js'), url)
  await using client = await openHttpStore({ url: served.url })
  const load = await appendLoad(client, {
    threads: 40,
    durationMs: 4_000,
    disturb: { everyMs: 1_500, work: () => served.killAndRestart() },
  })
  expect(load.disturbances).toBeGreaterThan(0)
  expect(load.latenciesMs.length).toBeGreaterThan(40)
  await using store = await openPostgresStore({ url })
  expect(await problemsAfter(store, load)).toEqual([])
})
