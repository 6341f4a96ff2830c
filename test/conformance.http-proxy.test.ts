import { afterAll, expect } from 'vitest'
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

afterAll(async () => {
  // A run in which nothing was spoilt would prove nothing.
  for (const fault of faults) expect(proxy?.counts[fault], fault).toBeGreaterThan(20)
  await proxy?.[Symbol.asyncDispose]()
  await server.close()
})
