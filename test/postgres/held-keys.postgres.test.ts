import { afterEach, expect, inject, test } from 'vitest'
import { systemClock } from '../../src/index.js'
import { openPgDriver } from '../../src/stores/postgres/driver/pg-driver.js'

type Driver = Awaited<ReturnType<typeof openPgDriver>>

let driver: Driver | null = null
afterEach(() => driver?.close())

const keys = Array.from({ length: 50 }, (_, index) =>
  String(7_000_000_000_000_000_000n + BigInt(index)),
)
const negative = '-7000000000000000001'

/** The keys of this test that are held, and how many connections hold them. */
async function held(
  from: Driver,
): Promise<{ readonly keys: number; readonly connections: number }> {
  const [row] = await from.query<{ keys: number; connections: number }>(
    `SELECT count(*)::int AS keys, count(DISTINCT pid)::int AS connections FROM pg_locks
      WHERE locktype = 'advisory' AND objsubid = 1
        AND (classid::bigint << 32 | objid::bigint) = ANY(string_to_array($1, ',')::bigint[])`,
    [[...keys, negative].join(',')],
  )
  return row ?? { keys: 0, connections: 0 }
}

/** The connection that holds a key, `null` while none does. */
async function holder(from: Driver, key: string): Promise<number | null> {
  const [row] = await from.query<{ pid: number }>(
    `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1
      AND (classid::bigint << 32 | objid::bigint) = $1::bigint`,
    [key],
  )
  return row?.pid ?? null
}

test('all keys of a driver are held on one connection, also after it broke', async () => {
  const opened = await openPgDriver({ url: inject('postgresUrl'), clock: systemClock })
  driver = opened
  const releases = await Promise.all([...keys, negative].map((key) => opened.hold(key)))
  expect(await held(opened)).toEqual({ keys: 51, connections: 1 })

  const broken = await holder(opened, negative)
  await opened.query('SELECT pg_terminate_backend($1::int)', [broken])
  await expect.poll(() => holder(opened, negative), { timeout: 10_000 }).not.toBe(broken)
  await expect.poll(() => held(opened), { timeout: 10_000 }).toEqual({ keys: 51, connections: 1 })

  await Promise.all(releases.slice(0, 20).map((release) => release()))
  expect(await held(opened)).toEqual({ keys: 31, connections: 1 })
  await Promise.all(releases.map((release) => release()))
  await expect.poll(() => held(opened)).toEqual({ keys: 0, connections: 0 })
  const again = await opened.hold(negative)
  expect(await held(opened)).toEqual({ keys: 1, connections: 1 })
  await again()
})
