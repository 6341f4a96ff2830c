import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { parseDocument, runCli, startCli } from './cli-run.js'
import { duplicateIntoArchive } from './support/damage.js'
import { copyHome, damagedHome, listThreads } from './support/homes.js'
import { temporaryFolder } from './support/temporary-folder.js'
import { startUnreliableProxy, type UnreliableProxy } from './support/unreliable-proxy.js'

let namespaces = 0

/** A database of its own for each test. */
function newTarget(): string {
  namespaces += 1
  return `${inject('postgresUrl')}?namespace=cli_${namespaces}`
}

const ALPHA = '01a20320-6d70-7852-b50d-7785b67ce898'
const NOBODY = 65_534

/** A home of many small threads, so that a run takes a while. */
function manyThreads(count: number): string {
  const home = join(temporaryFolder(), '.codex')
  const folder = join(home, 'sessions', '2026', '11', '22')
  mkdirSync(folder, { recursive: true })
  for (let number = 0; number < count; number += 1) {
    const id = `019a0000-0000-7000-8000-${String(number).padStart(12, '0')}`
    const timestamp = '2026-11-22T12:00:00.000Z'
    const meta = { id, timestamp, cwd: '/p', originator: 'codex_cli_rs', cli_version: '0.131.0' }
    const said = { type: 'user_message', message: 'x'.repeat(500) }
    const lines = [
      { timestamp, type: 'session_meta', payload: { ...meta, source: 'cli' } },
      ...Array.from({ length: 40 }, () => ({ timestamp, type: 'event_msg', payload: said })),
    ]
    const name = `rollout-2026-11-22T12-00-00-${id}.jsonl`
    writeFileSync(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  }
  return home
}

describe('threadstore migrate', () => {
  test('copies, proves, and says the second time that nothing is left', async () => {
    const [home, target] = [await copyHome('0.131.0'), newTarget()]
    const first = runCli(['migrate', home, target])
    expect(first).toMatchObject({ status: 0, stdout: expect.stringContaining('9 proven') })
    const second = runCli(['migrate', home, target])
    expect(second).toMatchObject({ status: 0 })
    expect(second.stdout).toMatch(/9 already; 0 B sent/)
    expect(second.stdout).toContain('nothing was left to send')
  })

  test('--dry-run tells what would be sent and writes nothing', async () => {
    const [home, target] = [await copyHome('0.131.0'), newTarget()]
    const { status, stdout } = runCli(['migrate', home, target, '--dry-run', '--probe'])
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('9 new'),
    })
    expect(stdout).toMatch(/the target took [\d.]+ .?i?B\/s and \d+ ms a thread: about [\d.]+ m?s/)
    expect(stdout).toContain('dry run: nothing was written to')
    expect(runCli(['threads', 'list', target, '--json']).stdout).toContain('"threads": []')
  })

  test('--plan pins what is done, and is refused when anything changed', async () => {
    const [home, target] = [await copyHome('0.131.0'), newTarget()]
    const plan = join(temporaryFolder(), 'plan.json')
    const dry = runCli(['migrate', home, target, '--dry-run', '--plan', plan])
    expect(dry).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/plan: .* sha256 [0-9a-f]{64}/),
    })
    parseDocument(readFileSync(plan, 'utf8'), 'migration-plan')
    expect(runCli(['migrate', home, newTarget(), '--plan', plan])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('the plan has another target'),
    })
    expect(runCli(['migrate', home, target, '--plan', plan])).toMatchObject({ status: 0 })
    expect(runCli(['migrate', home, target, '--plan', plan])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('the plan is out of date'),
    })
    expect(runCli(['migrate', home, target, '--dry-run']).stdout).toContain(
      'nothing is left to send',
    )
    writeFileSync(plan, readFileSync(plan, 'utf8').replace('"state": "new"', '"state": "grown"'))
    expect(runCli(['migrate', home, target, '--plan', plan])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('was changed'),
    })
  })

  test('--dry-run says what Codex itself would lose', async () => {
    const home = await damagedHome('malformed-middle-line', 'nul-padding', 'good-legacy')
    const { status, stdout } = runCli(['migrate', home, 'memory:', '--dry-run'])
    expect(status).toBe(0)
    expect(stdout).toContain('codex migrate-rollouts --apply would lose 2 lines of 2 threads')
  })

  test('--only copies the thread and what it begins from', async () => {
    const [home, target] = [await copyHome('0.131.0'), newTarget()]
    const { status, stdout } = runCli(['migrate', home, target, '--only', ALPHA])
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^1 thread/),
    })
  })

  test('--json prints one document and nothing else', async () => {
    const [home, target] = [await copyHome('0.131.0'), newTarget()]
    const file = join(temporaryFolder(), 'report.json')
    const { status, stdout, stderr } = runCli(['migrate', home, target, '--json', '--report', file])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const report = parseDocument(stdout, 'migration-report')
    expect(report).toMatchObject({ totals: { proven: 9 }, exitCode: 0 })
    expect(report['threads']).toHaveLength(9)
    expect(readFileSync(file, 'utf8')).toBe(stdout)
    const planned = runCli(['migrate', home, target, '--json', '--dry-run'])
    expect(parseDocument(planned.stdout, 'dry-run-report')).toMatchObject({ same: 9, threads: [] })
  })

  test('--events - puts what happens where the summary would be', async () => {
    const home = await copyHome('0.131.0')
    const { status, stdout } = runCli(['migrate', home, '--events', '-', 'memory:'])
    expect(status).toBe(0)
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(events.at(0)).toMatchObject({ type: 'begun' })
    expect(events.at(-1)).toMatchObject({ type: 'ended', totals: { proven: 9 }, exitCode: 0 })
  })

  test('takes the target from a variable and shows no password', async () => {
    const [home, target] = [await copyHome('0.131.0'), newTarget()]
    const { stdout, stderr, status } = runCli(['migrate', home, '--target-env', 'TO', '--json'], {
      env: { TO: target },
    })
    expect(status).toBe(0)
    expect(`${stdout}${stderr}`).not.toContain(':test@')
    expect(parseDocument(stdout, 'migration-report')['target']).toContain('postgres:***@')
  })

  test('names a thread that cannot be read, and copies the others', async () => {
    const [home, target] = [await copyHome('0.131.0'), newTarget()]
    const { rolloutPath = '' } = listThreads(home).find(({ id }) => id === ALPHA) ?? {}
    chmodSync(join(home, '..'), 0o755)
    chmodSync(join(home, rolloutPath), 0o000)
    const { status, stdout } = runCli(['migrate', home, target], {
      ...(process.getuid?.() === 0 && { uid: NOBODY }),
    })
    expect(status).toBe(1)
    expect(stdout).toMatch(new RegExp(`failed +${ALPHA}.*(EACCES|permission denied)`))
    expect(stdout).toContain('8 proven')
  })

  test('takes along a rollout without session_meta and an empty one', async () => {
    const home = await damagedHome('headless', 'empty')
    const { status, stdout } = runCli(['migrate', home, newTarget()])
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/2 proven/),
    })
  })

  test('copies one of two files of a thread, and scan names the other', async () => {
    const home = await copyHome('0.131.0')
    const { duplicatePath } = duplicateIntoArchive(home)
    const { status, stdout } = runCli(['migrate', home, newTarget()])
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/9 proven/),
    })
    const scan = runCli(['scan', home])
    expect(scan.stdout).toMatch(/DUPLICATE_ROLLOUT/)
    expect(scan.stdout).toContain(duplicatePath.split('/').at(-1))
  })

  test('--map-cwd and --map-provider say what is true in the target, and are proven', async () => {
    const [home, target] = [await copyHome('0.169.0'), newTarget()]
    const restored = join(temporaryFolder(), 'new', '.codex')
    const receipt = join(temporaryFolder(), 'receipt.json')
    expect(runCli(['migrate', home, target])).toMatchObject({ status: 0 })
    const mapping = ['--map-cwd', '/home/dev=/srv/d', '--map-provider', 'mock=mapped']
    const way = [...mapping, target, restored]
    expect(runCli(['migrate', ...way, '--receipt', receipt])).toMatchObject({ status: 0 })
    const threads = runCli(['threads', 'list', restored, '--json'])
    const page = parseDocument(threads.stdout, 'thread-list')['threads'] as object[]
    for (const thread of page) {
      expect(thread).toMatchObject({ cwd: '/srv/d/project', modelProvider: 'mapped' })
    }
    expect(runCli(['verify', ...way, '--read-back'])).toMatchObject({ status: 0 })
    expect(runCli(['verify', target, restored])).toMatchObject({ status: 1 })
    expect(runCli(['verify', '--receipt', receipt, restored])).toMatchObject({ status: 0 })
    const { threads: proven } = parseDocument(readFileSync(receipt, 'utf8'), 'receipt')
    expect(JSON.stringify(proven)).toMatch(/"source":\{"byteCount":\d+,"sha256":/)
    expect(runCli(['migrate', ...way]).stdout).toMatch(/10 already; 0 B sent/)
  })

  test('says that there is nothing in an empty home', () => {
    const home = join(temporaryFolder(), '.codex')
    mkdirSync(join(home, 'sessions'), { recursive: true })
    expect(runCli(['migrate', home, newTarget()])).toMatchObject({ status: 6 })
  })

  test('stops when it is interrupted, and goes on from there', async () => {
    const [home, target] = [manyThreads(100), newTarget()]
    await using proxy = await proxyOf(target)
    const running = startCli(['migrate', home, proxy.address, '--jobs', '1'])
    proxy.afterChunks(60, () => running.kill('SIGINT'))
    const first = await running.ended
    expect(first).toMatchObject({ status: 130, signal: null })
    expect(first.stderr).toContain('what runs is finished or rolled back')
    expect(first.stdout).toMatch(/interrupted; \d+ threads? left, run the same command to go on/)
    const between = runCli(['verify', home, target, '--json'])
    const { totals } = parseDocument(between.stdout, 'verification-report')
    expect(totals).toMatchObject({ different: 0, behind: 0, unreadable: 0 })
    expect(totals).not.toMatchObject({ missing: 0 })
    expect(runCli(['migrate', home, target])).toMatchObject({ status: 0 })
    expect(runCli(['verify', home, target])).toMatchObject({ status: 0 })
  })

  test('ends at once when it is interrupted twice', async () => {
    const [home, target] = [manyThreads(100), newTarget()]
    await using proxy = await proxyOf(target)
    const running = startCli(['migrate', home, proxy.address, '--jobs', '1'])
    proxy.afterChunks(60, () => {
      // So that there is something to wait for.
      proxy.stall()
      running.kill('SIGINT')
    })
    await running.said('stopping')
    running.kill('SIGINT')
    expect(await running.ended).toMatchObject({ status: null, signal: 'SIGINT', stdout: '' })
    expect(runCli(['migrate', home, target])).toMatchObject({ status: 0 })
  })
})

type TargetProxy = UnreliableProxy & {
  /** Of the target, through the proxy. */
  readonly address: string
  afterChunks(count: number, act: () => void): void
}

async function proxyOf(target: string): Promise<TargetProxy> {
  const { port } = new URL(target)
  const proxy = await startUnreliableProxy(Number(port))
  return Object.assign(proxy, {
    address: target.replace(`:${port}/`, `:${proxy.port}/`),
    afterChunks(count: number, act: () => void) {
      let chunks = 0
      proxy.onChunk = () => {
        chunks += 1
        if (chunks === count) act()
      }
    },
  })
}

describe('threadstore migrate, bad input', () => {
  test.each([
    ['a folder that is no home', () => [temporaryFolder(), 'memory:'], 2, 'is no Codex home'],
    ['a folder that is not there', () => ['/nowhere/at/all', 'memory:'], 2, 'there is no folder'],
    ['no target', () => ['memory:'], 2, 'the target is missing'],
    ['an unknown scheme', () => ['memory:', 'mysql://h/d'], 2, 'mysql: is no kind of store'],
    ['a URL that is none', () => ['memory:', 'postgres://h:port/d'], 2, 'is no valid URL'],
    ['an unknown flag', () => ['memory:', 'memory:', '--frobnicate'], 2, 'frobnicate'],
    ['an id that is none', () => ['memory:', 'memory:', '--only', 'x'], 2, 'x is no thread id'],
    ['a mapping that is none', () => ['memory:', 'memory:', '--map-cwd', '/a'], 2, 'not OLD=NEW'],
    ['no jobs', () => ['memory:', 'memory:', '--jobs', '0'], 2, 'whole number from 1'],
    [
      'a thread nobody has',
      () => ['memory:', 'memory:', '--only', ALPHA],
      2,
      `memory: has no thread ${ALPHA}`,
    ],
    [
      'a target that refuses connections',
      () => ['memory:', 'postgres://u:secret@127.0.0.1:1/d'],
      3,
      'ECONNREFUSED',
    ],
    ['a variable that is not set', () => ['memory:', '--target-env', 'NO_SUCH'], 2, 'is not set'],
    [
      'a report that cannot be written',
      () => ['memory:', 'memory:', '--report', '/nowhere/at/all/r.json'],
      2,
      'cannot be written',
    ],
    [
      'a namespace that is none',
      () => ['memory:', `${inject('postgresUrl')}?namespace=a%20b`],
      2,
      'is no namespace',
    ],
  ])('%s is one line on stderr', (_, args, status, message) => {
    const result = runCli(['migrate', ...args()])
    expect(result).toMatchObject({ status, stdout: '', stderr: expect.stringContaining(message) })
    expect(result.stderr.match(/\n/g)).toHaveLength(1)
    expect(result.stderr).not.toContain('secret')
  })
})

describe('threadstore verify', () => {
  test('exits 1 and names the thread when one was changed', async () => {
    const [home, target] = [await copyHome('0.131.0'), newTarget()]
    runCli(['migrate', home, target])
    expect(runCli(['verify', home, target, '--read-back'])).toMatchObject({ status: 0 })
    const { rolloutPath = '' } = listThreads(home).find(({ id }) => id === ALPHA) ?? {}
    const path = join(home, rolloutPath)
    writeFileSync(path, readFileSync(path, 'utf8').replace('0.131.0', '0.131.1'))
    const { status, stdout } = runCli(['verify', home, target])
    expect(status).toBe(1)
    expect(stdout).toMatch(new RegExp(`different +${ALPHA}.*from byte \\d+ on, in line 1`))
    const document = parseDocument(
      runCli(['verify', home, target, '--json']).stdout,
      'verification-report',
    )
    expect(document).toMatchObject({ totals: { equal: 8, different: 1 }, exitCode: 1 })
  })

  test('says what is behind, and --subset looks at a part', async () => {
    const [home, target] = [await copyHome('0.131.0'), newTarget()]
    runCli(['migrate', home, target])
    const { rolloutPath = '' } = listThreads(home).find(({ id }) => id === ALPHA) ?? {}
    appendFileSync(join(home, rolloutPath), '{"type":"event_msg","payload":{}}\n')
    expect(runCli(['verify', home, target]).stdout).toMatch(/behind +01a20320/)
    const parts = [1, 2, 3].map((part) => {
      const { stdout } = runCli(['verify', home, target, '--subset', `${part}/3`, '--json'])
      return parseDocument(stdout, 'verification-report')['threads'] as unknown[]
    })
    expect(parts.flat()).toHaveLength(9)
  })

  test('checks a receipt without the source', async () => {
    const [home, target] = [await copyHome('0.131.0'), newTarget()]
    const receipt = join(temporaryFolder(), 'receipt.json')
    runCli(['migrate', home, target, '--receipt', receipt])
    const checked = runCli(['verify', '--receipt', receipt, target, '--json'])
    expect(checked.status).toBe(0)
    expect(parseDocument(checked.stdout, 'receipt-report')).toMatchObject({ totals: { held: 9 } })
    expect(runCli(['verify', '--receipt', receipt, newTarget()])).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('9 missing'),
    })
    writeFileSync(receipt, readFileSync(receipt, 'utf8').replace(/"sha256": "./, '"sha256": "f'))
    expect(runCli(['verify', '--receipt', receipt, target])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('was changed'),
    })
    writeFileSync(receipt, '{}')
    expect(runCli(['verify', '--receipt', receipt, target])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is no receipt'),
    })
  })
})

describe('threadstore status and undo', () => {
  test('show a run and take it back', async () => {
    const [home, target] = [await copyHome('0.131.0'), newTarget()]
    const { stdout } = runCli(['migrate', home, target, '--json'])
    const { run } = parseDocument(stdout, 'migration-report') as { run: string }
    const status = runCli(['status', target, '--json'])
    expect(parseDocument(status.stdout, 'run-list')).toMatchObject({
      runs: [{ run, state: 'finished', totals: { proven: 9 } }],
    })
    expect(runCli(['undo', target, '--run', run])).toMatchObject({ status: 2 })
    const dry = runCli(['undo', target, '--run', run, '--dry-run'])
    expect(dry).toMatchObject({ status: 0, stdout: expect.stringContaining('9 removed') })
    expect(runCli(['verify', home, target])).toMatchObject({ status: 0 })
    // Those that came and the log of the run.
    const turns = runCli(['turns', target, '--json'])
    expect(parseDocument(turns.stdout, 'turns-report')).toMatchObject({ threads: 10, failed: 0 })
    const undone = runCli(['undo', target, '--run', run, '--yes', '--json'])
    expect(undone.status).toBe(0)
    expect(parseDocument(undone.stdout, 'undo-report')).toMatchObject({ totals: { removed: 9 } })
    expect(runCli(['threads', 'list', target]).stdout).not.toContain(ALPHA)
    expect(runCli(['status', target]).stdout).toContain('undone')
  })
})

describe('threadstore threads', () => {
  test('lists, shows and exports', async () => {
    const home = await copyHome('0.131.0')
    const list = runCli(['threads', 'list', home, '--json', '--limit', '3'])
    const page = parseDocument(list.stdout, 'thread-list')
    expect(page['threads']).toHaveLength(3)
    expect(page['nextCursor']).not.toBeNull()
    expect(runCli(['threads', 'list', home]).stdout).toContain('Thread Alpha')
    const shown = runCli(['threads', 'show', home, ALPHA, '--json'])
    expect(parseDocument(shown.stdout, 'thread')).toMatchObject({ thread: { threadId: ALPHA } })
    const { rolloutPath = '' } = listThreads(home).find(({ id }) => id === ALPHA) ?? {}
    expect(runCli(['threads', 'export', home, ALPHA]).stdout).toBe(
      readFileSync(join(home, rolloutPath), 'utf8'),
    )
  })

  test('exports each rollout of a reverted thread to a file of its own', async () => {
    const home = await copyHome('0.169.0')
    const reverted = '01a20348-e267-7813-a78b-5c0879df9d8a'
    expect(runCli(['threads', 'export', home, reverted])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('2 rollouts, which needs --output DIR'),
    })
    const output = join(temporaryFolder(), 'out')
    expect(runCli(['threads', 'export', home, reverted, '--output', output])).toMatchObject({
      status: 0,
    })
    expect(readdirSync(output)).toHaveLength(2)
  })

  test('says that a thread is not there', async () => {
    const home = await copyHome('0.131.0')
    const nobody = '01a20320-0000-7000-8000-000000000000'
    expect(runCli(['threads', 'show', home, nobody])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('not found'),
    })
  })
})

describe('threadstore scan', () => {
  test('prints a document that says what is there and what is wrong', async () => {
    const { status, stdout } = runCli(['scan', await copyHome('0.169.0'), '--json'])
    expect(status).toBe(0)
    expect(parseDocument(stdout, 'scan-report')).toMatchObject({
      inventory: { threads: 10, rollouts: 11, archivedThreads: 1 },
    })
  })

  test('exits 1 when something in the home cannot be read', async () => {
    const { status, stdout } = runCli(['scan', await damagedHome('nul-padding')])
    expect({ status, stdout }).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('NUL_PADDING'),
    })
  })
})

describe('threadstore schema', () => {
  test('names the schemas and prints each', () => {
    const names = runCli(['schema']).stdout.trim().split('\n')
    expect(names).toContain('migration-report')
    const { stdout } = runCli(['schema', 'migration-report'])
    expect(JSON.parse(stdout)).toMatchObject({ $id: 'threadstore:migration-report' })
    expect(runCli(['schema', 'nothing'])).toMatchObject({ status: 2 })
  })
})
