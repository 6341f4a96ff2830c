import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chunksOf } from '../../conformance/build/chunks.js'
import { importedRecord, importedRollout } from '../../conformance/build/imports.js'
import type { PostgresDriver } from '../../src/host/postgres.js'
import { createHttpThreadServer } from '../../src/stores/http/http-thread-server.js'
import { openHttpStore } from '../../src/stores/http/open-http-store.js'
import { openPgliteStore } from '../../src/stores/postgres/open-pglite-store.js'
import { openPgliteDriver } from '../../src/stores/postgres/driver/pglite-driver.js'
import type { ThreadStore } from '../../src/store/thread-store.js'

const first = '019a0000-0000-7000-8000-000000000001'
const second = '019a0000-0000-7000-8000-000000000002'

let driver: PostgresDriver
let behind: ThreadStore
let server: Awaited<ReturnType<typeof createHttpThreadServer>>
let over: ThreadStore

beforeAll(async () => {
  driver = await openPgliteDriver()
  const open = (): Promise<ThreadStore> => openPgliteStore({ driver })
  behind = await open()
  server = await createHttpThreadServer({ open })
  over = await openHttpStore({ url: await server.listen({ port: 0 }) })
})

afterAll(async () => {
  await over.close()
  await server.close()
  await behind.close()
  await driver.close()
})

const line = (text: string): string =>
  `{"type":"event_msg","payload":{"type":"agent_message","message":${JSON.stringify(text)},"n":-0}}\n`

/** Lines that are no items, between lines that are, and a last one that breaks off. */
const damaged = [
  line('one'),
  '\n',
  'no JSON\n',
  '{"a":1}\n',
  line('\u2028'),
  '{"type":"event',
].join('')

describe('a history whose lines come as they are stored', () => {
  test.each([
    ['short', damaged],
    ['too long for one go', line('x'.repeat(1_000)).repeat(3_000) + damaged],
  ])('has the items that the store behind reads, when it is %s', async (how, bytes) => {
    const threadId = how === 'short' ? first : second
    const rollouts = [importedRollout(threadId, chunksOf(bytes))]
    await behind.importThread({ thread: importedRecord(threadId), rollouts })
    expect(await over.loadHistory({ threadId })).toEqual(await behind.loadHistory({ threadId }))
    const read = { threadId, includeHistory: true, includeRollouts: true }
    expect(await over.readThread(read)).toEqual(await behind.readThread(read))
  })

  test('runs through a rollout that ends within a line into the next one', async () => {
    const [threadId, own] = [
      '019a0000-0000-7000-8000-000000000003',
      '019a0000-0000-7000-8000-000000000004',
    ]
    const base = {
      rolloutId: threadId,
      endOrdinalExclusive: 2,
      endByteOffset: Buffer.byteLength(damaged),
    }
    const rollouts = [
      importedRollout(threadId, chunksOf(damaged)),
      importedRollout(own, chunksOf(line('after')), { base }),
    ]
    await behind.importThread({ thread: importedRecord(threadId), rollouts })
    const history = await behind.loadHistory({ threadId })
    expect(history.items).toHaveLength(3)
    expect(await over.loadHistory({ threadId })).toEqual(history)
  })
})
