import { join } from 'node:path'
import fc from 'fast-check'
import { expect, inject, test } from 'vitest'
import { verify } from '../migrate/index.js'
import { systemClock } from '../src/host/clock.js'
import { openLocalStore } from '../src/stores/local/open-local-store.js'
import { openPgDriver } from '../src/stores/postgres/driver/pg-driver.js'
import { openPostgresStore } from '../src/stores/postgres/open-postgres-store.js'
import { parseDocument, runCli, startCli } from './cli-run.js'
import { compared, newHome, nothingHalf } from './homes-to-copy.js'
import { runMigration } from './migration-runs.js'
import { startPostgresServer } from './support/postgres-server.js'
import { temporaryFolder } from './support/temporary-folder.js'
import { startUnreliableProxy } from './support/unreliable-proxy.js'

/** `THREADSTORE_KILLS=200` is the long run. */
const KILLS = Number(process.env['THREADSTORE_KILLS'] ?? 6)
const SEED = Number(process.env['THREADSTORE_SEED'] ?? 1)
/** `THREADSTORE_LARGE_KILLS=50 THREADSTORE_LARGE_MIB=200` is the long run. */
const LARGE_KILLS = Number(process.env['THREADSTORE_LARGE_KILLS'] ?? 1)
const LARGE_BYTES = Number(process.env['THREADSTORE_LARGE_MIB'] ?? 24) * 1024 * 1024
/** What is on its way, what waits to be, and what the connection has not yet let go of. */
const REDONE_MAX = 16 * 1024 * 1024

test(
  `${KILLS} kills at any moment leave whole threads, and the next run goes on`,
  async () => {
    const home = newHome(7_000_000)
    const url = new URL(inject('postgresUrl'))
    await using proxy = await startUnreliableProxy(Number(url.port))
    let round = 0
    let chunks = 0
    let killAt = Number.POSITIVE_INFINITY
    let kill = (): void => {}
    proxy.onChunk = () => {
      chunks += 1
      if (chunks === killAt) kill()
    }

    /** Whether the run came to its end. */
    async function run(at: number): Promise<boolean> {
      chunks = 0
      killAt = at
      const namespace = `?namespace=kills_${round}`
      const through = `postgres://postgres:test@127.0.0.1:${proxy.port}/postgres${namespace}`
      const running = startCli(['migrate', home, through, '--jobs', '3'])
      kill = () => running.kill('SIGKILL')
      const { status, signal, stderr } = await running.ended
      expect({ status, signal, stderr: status === 0 ? '' : stderr }).toMatchObject(
        signal === null ? { status: 0 } : { signal: 'SIGKILL' },
      )
      const totals = await compared(home, `${url.href}${namespace}`, signal === null)
      expect(totals).toMatchObject(signal === null ? { equal: 30 } : nothingHalf)
      return signal === null
    }

    // One that nobody disturbs says when there is something to be killed.
    expect(await run(Number.POSITIVE_INFINITY)).toBe(true)
    const moments = fc.sample(fc.integer({ min: 1, max: chunks }), { numRuns: KILLS, seed: SEED })
    round += 1
    for (const moment of moments) if (await run(moment)) round += 1
    expect(await run(Number.POSITIVE_INFINITY)).toBe(true)
  },
  60_000 * (1 + KILLS / 10),
)

test(
  'kills in the middle of one large thread have little of it sent again',
  async () => {
    const home = newHome(LARGE_BYTES, 1)
    const url = new URL(inject('postgresUrl'))
    const driver = await openPgDriver({ url: url.href, clock: systemClock })
    await using proxy = await startUnreliableProxy(Number(url.port))
    let round = 0
    let sent = 0
    let arrivedBefore = 0
    const redone: number[] = []

    /** Whether the run came to its end before so many bytes were on their way. */
    async function run(killAt: number): Promise<boolean> {
      const namespace = `large_${round}`
      const through = `postgres://postgres:test@127.0.0.1:${proxy.port}/postgres`
      const running = startCli(['migrate', home, `${through}?namespace=${namespace}`, '--json'])
      sent = 0
      proxy.onChunk = (chunk) => {
        sent += chunk.length
        if (sent >= killAt) running.kill('SIGKILL')
      }
      const { status, signal, stdout } = await running.ended
      expect({ status, signal }).toMatchObject(
        signal === null ? { status: 0 } : { signal: 'SIGKILL' },
      )
      const [row] = await driver.query<{ arrived: number }>(
        `SELECT coalesce(sum(length(bytes)), 0)::bigint AS arrived FROM threadstore.segments
          WHERE namespace = $1`,
        [namespace],
      )
      const arrived = row?.arrived ?? 0
      redone.push(sent - (arrived - arrivedBefore))
      const arrivedLast = arrivedBefore
      arrivedBefore = arrived
      if (signal !== null) return false
      const there = await compared(home, `${url.href}?namespace=${namespace}`, true)
      expect(there).toMatchObject({ equal: 1 })
      const { bytesRead, bytesSent, bytesResumed } = parseDocument(stdout, 'migration-report')
      expect(Number(bytesSent) + Number(bytesResumed)).toBe(bytesRead)
      expect(Number(bytesResumed) > 0).toBe(arrivedLast > 0)
      return true
    }

    const stops = fc.integer({ min: 7_000_000, max: Math.ceil(LARGE_BYTES / 3) })
    for (const stop of fc.sample(stops, { numRuns: LARGE_KILLS, seed: SEED })) {
      if (!(await run(stop))) continue
      round += 1
      arrivedBefore = 0
    }
    expect(arrivedBefore).toBeGreaterThan(0)
    expect(await run(Number.POSITIVE_INFINITY)).toBe(true)
    await driver.close()
    const most = Math.max(...redone)
    console.info(`${LARGE_KILLS} kills in ${LARGE_BYTES} bytes: at most ${most} sent again`)
    expect(most).toBeLessThan(REDONE_MAX)
  },
  60_000 * (1 + LARGE_KILLS / 2),
)

test('a server that is killed and comes back loses nothing', async () => {
  await using server = await startPostgresServer()
  const home = newHome(6_000_000)
  await using proxy = await startUnreliableProxy(Number(new URL(server.url).port))
  let chunks = 0
  const crashed = new Promise<void>((resolve, reject) => {
    proxy.onChunk = () => {
      chunks += 1
      if (chunks === 60) server.crash().then(resolve, reject)
    }
  })
  const through = `postgres://postgres:test@127.0.0.1:${proxy.port}/postgres`
  const first = await startCli(['migrate', home, through, '--jobs', '2']).ended
  await crashed
  // It is back before the last attempt, or not, as the machine likes.
  expect([0, 3]).toContain(first.status)
  expect(await compared(home, server.url)).toMatchObject(nothingHalf)
  expect(await startCli(['migrate', home, through]).ended).toMatchObject({ status: 0 })
  expect(await compared(home, server.url, true)).toMatchObject({ equal: 30 })
})

test.each(['reset', 'end', 'stall'] as const)(
  'connections that %s under way cost attempts, not threads',
  async (fault) => {
    const home = newHome(6_000_000)
    const url = new URL(inject('postgresUrl'))
    await using proxy = await startUnreliableProxy(Number(url.port))
    const driver = await openPgDriver({
      url: `postgres://postgres:test@127.0.0.1:${proxy.port}/postgres`,
      clock: systemClock,
      silenceMaxMs: 700,
    })
    await using source = await openLocalStore({ home, readOnly: true })
    await using target = await openPostgresStore({ driver, namespace: `fault_${fault}` })
    let chunks = 0
    proxy.onChunk = () => {
      chunks += 1
      if (chunks % 60 !== 0 || chunks > 200) return
      proxy[fault]()
      // What stalls stays stalled; whoever gives up on it finds that new connections work.
      if (fault === 'stall') proxy.resume()
    }
    const { totals, stopped } = await runMigration(source, target, { jobs: 2 })
    await driver.close()
    expect({ totals, stopped }).toMatchObject({ totals: { proven: 30 }, stopped: null })
    expect(chunks).toBeGreaterThan(120)
    const there = await compared(home, `${url.href}?namespace=fault_${fault}`, true)
    expect(there).toMatchObject({ equal: 30 })
  },
)

test('a thread there is no room for is named, a full disk ends the run, and the next goes on', async () => {
  const home = newHome(9_000_000)
  const restored = join(temporaryFolder(), '.codex')
  const full = runCli(['migrate', home, restored, '--jobs', '1'], { fileBytesMax: 15_000 })
  expect(full).toMatchObject({ status: 3, stdout: expect.stringContaining('28 left') })
  const narrow = runCli(['migrate', home, restored], { fileBytesMax: 6_000_000 })
  expect(narrow).toMatchObject({ status: 1, stdout: expect.stringContaining('1 failed') })
  await using source = await openLocalStore({ home, readOnly: true })
  const between = await openLocalStore({ home: restored, readOnly: true })
  expect((await verify({ source, target: between })).totals).toMatchObject({
    ...nothingHalf,
    missing: 1,
  })
  expect(runCli(['migrate', home, restored])).toMatchObject({ status: 0 })
  await using after = await openLocalStore({ home: restored, readOnly: true })
  expect((await verify({ source, target: after, readBack: true })).totals).toMatchObject({
    equal: 30,
  })
})

test('a database without room ends the run, shows nothing half, and goes on when it has some', async () => {
  const home = newHome(9_000_000)
  const url = `${inject('postgresUrl')}?namespace=no_room`
  const driver = await openPgDriver({ url: inject('postgresUrl'), clock: systemClock })
  await using _ = { [Symbol.asyncDispose]: () => driver.close() }
  await (await openPostgresStore({ url })).close()
  // Says what a server says whose disk is full. The large thread is refused in its middle.
  await driver.query(`CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT sum(length(bytes)) FROM threadstore.segments WHERE namespace = 'no_room') > 4400000 THEN
      RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
    END IF;
    RETURN NEW;
  END $$`)
  await driver.query(`CREATE TRIGGER no_room BEFORE INSERT ON threadstore.segments FOR EACH ROW
    WHEN (NEW.namespace = 'no_room') EXECUTE FUNCTION no_room()`)
  const full = await startCli(['migrate', home, url, '--jobs', '1']).ended
  await driver.query('DROP TRIGGER no_room ON threadstore.segments')
  await driver.query('DROP FUNCTION no_room')
  expect(full).toMatchObject({
    status: 3,
    stdout: expect.stringContaining('run the same command to go on'),
    stderr: expect.stringContaining('No space left on device (53100)'),
  })
  expect(await compared(home, url)).toMatchObject(nothingHalf)
  await using source = await openLocalStore({ home, readOnly: true })
  await using target = await openPostgresStore({ url })
  expect(await runMigration(source, target)).toMatchObject({ stopped: null, left: 0 })
  expect(await compared(home, url, true)).toMatchObject({ equal: 30 })
})
