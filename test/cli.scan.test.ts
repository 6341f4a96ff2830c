import { chmodSync, closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCli, parseDocument } from './cli-run.js'
import { lasting, repairable } from './local-drifts.js'
import { hashTree } from './support/hash-tree.js'
import { copyHomeInPlace, newestThread } from './support/homes.js'

const NOBODY = 65_534

describe('threadstore scan --repair', () => {
  test('says what it did, where the copies are, and what a scan finds afterwards', async () => {
    const home = await copyHomeInPlace('0.169.0')
    repairable['ARCHIVE_MISMATCH']?.(home)
    const { status, stdout } = runCli(['scan', home, '--repair', '--json'])
    expect(status).toBe(0)
    expect(parseDocument(stdout, 'scan-report')).toMatchObject({
      findings: [{ code: 'ARCHIVE_MISMATCH', count: 1 }],
      repair: {
        dryRun: false,
        backup: expect.stringContaining(join(home, 'threadstore-backups')),
        actions: [{ code: 'ARCHIVE_MISMATCH', place: newestThread(home).id, status: 'repaired' }],
        remaining: [],
      },
    })
  })

  test('shows with --dry-run what it would do, and does nothing', async () => {
    const home = await copyHomeInPlace('0.169.0')
    repairable['ROW_MISSING']?.(home)
    const before = await hashTree(home)
    const { status, stdout } = runCli(['scan', home, '--repair', '--dry-run'])
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/would be repaired\n\+ +1 ROW_MISSING[^]*nothing was changed/),
    })
    expect(await hashTree(home)).toEqual(before)
  })

  test('exits 1 when an error is left, 5 when something else had to be', async () => {
    const lost = await copyHomeInPlace('0.169.0')
    lasting['ROLLOUT_MISSING']?.(lost)
    expect(runCli(['scan', lost, '--repair'])).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/left as it is\n! +1 ROLLOUT_MISSING/),
    })
    const twice = await copyHomeInPlace('0.131.0')
    repairable['DUPLICATE_ROLLOUT']?.(twice)
    lasting['TORN_TAIL']?.(twice)
    expect(runCli(['scan', twice, '--repair'])).toMatchObject({
      status: 5,
      stdout: expect.stringMatching(/~ +1 DUPLICATE_ROLLOUT +left: it differs/),
    })
  })

  test('exits 6 and names the process while one writes in the home', async () => {
    const home = await copyHomeInPlace('0.169.0')
    const file = openSync(join(home, 'session_index.jsonl'), 'a')
    try {
      expect(runCli(['scan', home, '--repair'])).toMatchObject({
        status: 6,
        stdout: '',
        stderr: expect.stringMatching(
          new RegExp(`process ${process.pid} has .*session_index.jsonl open.*Nothing was changed`),
        ),
      })
    } finally {
      closeSync(file)
    }
  })

  test('exits 3 in a home that it may not write, and changes nothing', async () => {
    const home = await copyHomeInPlace('0.169.0')
    repairable['ARCHIVE_MISMATCH']?.(home)
    const before = await hashTree(home)
    chmodSync(join(home, '..'), 0o755)
    chmodSync(home, 0o555)
    // Root may write everywhere.
    const run = runCli(['scan', home, '--repair'], {
      ...(process.getuid?.() === 0 && { uid: NOBODY }),
    })
    chmodSync(home, 0o755)
    expect(run).toMatchObject({ status: 3, stderr: expect.stringMatching(/cannot write/) })
    expect(await hashTree(home)).toEqual(before)
  })

  test('refuses --dry-run without --repair', async () => {
    expect(runCli(['scan', await copyHomeInPlace('0.169.0'), '--dry-run'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--repair'),
    })
  })
})

test('threadstore scan exits 3 when there is no room for a copy of a database', async () => {
  const home = await copyHomeInPlace('0.169.0')
  const before = await hashTree(home)
  expect(runCli(['scan', home], { fileBytesMax: 100_000 })).toMatchObject({
    status: 3,
    stdout: '',
    stderr: expect.stringMatching(/cannot write .*state_5\.sqlite: EFBIG/),
  })
  expect(await hashTree(home)).toEqual(before)
})
