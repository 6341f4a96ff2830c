import { afterAll, expect, test } from 'vitest'
import { describeConformance } from '../conformance/vitest.js'
import { faults, startFaultyProxy } from './http/faulty-proxy.js'
import { httpSubject } from './http/http-subject.js'
import { memoryBehind } from './http/memory-behind.js'

let proxy: Awaited<ReturnType<typeof startFaultyProxy>> | null = null
const { subject, server } = await httpSubject({
  name: 'http over memory, through a network that delays, cuts and duplicates',
  behind: memoryBehind(),
  client: { retryDelayMs: 1 },
  between: async (url) => {
    proxy = await startFaultyProxy(url, { seed: 1, share: 0.3 })
    return proxy.url
  },
})

describeConformance(subject, { seed: 1 })

// A run in which nothing was spoilt would prove nothing.
test.each(faults)('the network did this, and often: %s', (fault) => {
  expect(proxy?.counts[fault]).toBeGreaterThan(20)
})

afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]()
  await server.close()
})
