import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { parseDocument, runCli, startCli } from './cli-run.js'
import { copyHome, listThreads } from './support/homes.js'
import { temporaryFolder } from './support/temporary-folder.js'

let namespaces = 0

function newTarget(): string {
  namespaces += 1
  return `${inject('postgresUrl')}?namespace=control_${namespaces}`
}

const ALPHA = '01a20320-6d70-7852-b50d-7785b67ce898'

test('--follow copies what is appended, says when a cutover is safe, and ends when told to', async () => {
  const [home, target] = [await copyHome('0.131.0'), newTarget()]
  const events = join(temporaryFolder(), 'events.ndjson')
  const following = startCli([
    'migrate',
    home,
    target,
    '--follow',
    '--quiet-for',
    '1s',
    '--shard',
    '1/1',
    '--events',
    events,
  ])
  await following.said('a cutover is safe')

  // The part it copies is its own for as long as it runs.
  const other = await startCli(['migrate', home, target, '--shard', '1/1']).ended
  expect(other).toMatchObject({ status: 6, stderr: expect.stringContaining('somebody else') })
  const status = await startCli(['status', target, '--json']).ended
  expect(parseDocument(status.stdout, 'run-list')).toMatchObject({
    runs: [{ state: 'running', facts: { shard: '1/1', follows: true } }],
  })

  following.kill('SIGUSR1')
  await following.said('paused')
  const { rolloutPath = '' } = listThreads(home).find(({ id }) => id === ALPHA) ?? {}
  appendFileSync(join(home, rolloutPath), '{"type":"event_msg","payload":{}}\n')
  following.kill('SIGUSR2')
  await following.said('1 thread moved on')
  await following.said('a cutover is safe')
  following.kill('SIGTERM')
  expect(await following.ended).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/9 threads: 8 proven, 1 appended[^]*a cutover is safe/),
  })

  const told = readFileSync(events, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(told.at(0)).toMatchObject({ type: 'begun' })
  expect(told.at(-1)).toMatchObject({ type: 'ended', exitCode: 0 })
  expect(told).toContainEqual(
    expect.objectContaining({
      type: 'finished',
      threadId: ALPHA,
      status: 'appended',
      bytesSent: 34,
    }),
  )
  expect(told).toContainEqual(expect.objectContaining({ type: 'stand', cutoverIsSafe: true }))
  expect(runCli(['verify', home, target])).toMatchObject({ status: 0 })
})

test('--max-duration ends a run that --bandwidth makes slow, and the next goes on', async () => {
  const [home, target] = [await copyHome('0.169.0'), newTarget()]
  const limits = ['--bandwidth', '50KB/s', '--max-duration', '2s']
  const slow = runCli(['migrate', home, target, ...limits])
  expect(slow).toMatchObject({ status: 5, stdout: expect.stringMatching(/time is up; \d+ thread/) })
  expect(runCli(['migrate', home, target])).toMatchObject({ status: 0 })
})

test('--no-paths keeps folders out of everything that is written', async () => {
  const [home, target] = [await copyHome('0.131.0'), newTarget()]
  const folder = temporaryFolder()
  const file = (name: string): string => join(folder, name)
  const { status, stdout } = runCli([
    'migrate',
    home,
    target,
    '--no-paths',
    '--events',
    file('e.ndjson'),
    '--report',
    file('r.html'),
    '--receipt',
    file('r.json'),
  ])
  expect(status).toBe(0)
  const log = runCli(['status', target, '--json'])
  const texts = ['e.ndjson', 'r.html', 'r.json'].map((name) => readFileSync(file(name), 'utf8'))
  for (const text of [stdout, log.stdout, ...texts]) expect(text).not.toContain(home)
  expect(texts[1]).toMatch(/^<!doctype html>[^]*9<\/b>proven[^]*<\/html>\s*$/)
  expect(runCli(['verify', '--receipt', file('r.json'), target])).toMatchObject({ status: 0 })
})

test.each([
  ['a rate that is none', ['--bandwidth', 'fast'], 'is no rate such as 10MB/s'],
  ['a time that is none', ['--max-duration', '10'], 'is no time such as 30s'],
  ['a part that is none', ['--shard', '3/2'], 'is no part such as 2/8'],
  ['two that exclude each other', ['--follow', '--dry-run'], 'not both'],
])('%s is refused', (_, options, message) => {
  expect(runCli(['migrate', 'memory:', 'memory:', ...options])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(message),
  })
})
