import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { type CommandResult, parseDocument, runCli } from './cli-run.js'
import { ROOT } from './tidy/repository.js'

const folder = mkdtempSync(join(tmpdir(), 'threadstore-conformance-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const memory = pathToFileURL(join(ROOT, 'dist/src/stores/memory/memory-thread-store.js')).href

/** Writes a module that opens a memory store through `open`, and gives its path. */
function subject(name: string, open: string): string {
  const file = join(folder, name)
  const lines = [`import { openMemoryStore } from '${memory}'`, 'let count = 0', open]
  writeFileSync(file, lines.join('\n'))
  return file
}

function conformance(...args: readonly string[]): CommandResult {
  return runCli(['conformance', '--set', 'smoke', '--filter', 'append.*', ...args])
}

function written(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

describe('threadstore conformance', () => {
  test('writes as many reports as it is asked for, and the text beside them', () => {
    const names = ['a.json', 'a.xml', 'a.tap', 'a.ctrf.json', 'a.jsonl', 'a.html', 'a.md']
    const outputs = names.flatMap((name) => ['--output', join(folder, name)])
    const { status, stdout } = conformance('memory:', ...outputs)
    expect([status, stdout.split(':')[0]]).toEqual([0, 'conformant'])
    const begins = names.map((name) => written(name).slice(0, 12).trim())
    expect(begins).toEqual([
      '{\n  "schema"',
      '<?xml versio',
      'TAP version',
      '{\n  "reportF',
      '{"type":"sta',
      '<!doctype ht',
      '## ✅ memory:',
    ])
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([])
  })

  test('keeps what was known when the store ends the process', () => {
    const file = subject(
      'exits.mjs',
      'export default () => (count += 1) < 6 ? openMemoryStore() : process.exit(0)',
    )
    const [json = '', tap = ''] = ['exits.json', 'exits.tap'].map((name) => join(folder, name))
    const { status, stdout } = conformance(file, '--output', json, '--output', tap)
    expect(status).toBe(1)
    expect(stdout).toContain('the process ended during append.')
    const report = parseDocument(written('exits.json'), 'conformance-report')
    expect(report).toMatchObject({ aborted: true, executed: 4, verdict: 'unproved' })
    expect(written('exits.tap').match(/^ok /gm)).toHaveLength(4)
  })

  test('keeps in its streams what was decided before it was killed', () => {
    const file = subject(
      'killed.mjs',
      `export default () => {
        if ((count += 1) === 6) process.kill(process.pid, 'SIGKILL')
        return openMemoryStore()
      }`,
    )
    const outputs = ['killed.jsonl', 'killed.tap', 'killed.json']
    const { status } = conformance(
      file,
      ...outputs.flatMap((name) => ['--output', join(folder, name)]),
    )
    expect(status).toBe(null)
    const events = written('killed.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(events.map((event) => 'type' in event && event.type)).toEqual([
      'started',
      ...Array.from({ length: 4 }, () => 'case'),
    ])
    expect(written('killed.tap').match(/^ok /gm)).toHaveLength(4)
    // Without its plan, and without its name, nobody takes it for a whole one.
    expect(written('killed.tap')).not.toMatch(/^1\.\./m)
    expect(readdirSync(folder)).not.toContain('killed.json')
  })

  test('fails the case during which an adapter is killed, and starts it again for the next', () => {
    const stdio = pathToFileURL(join(ROOT, 'dist/src/stores/stdio/index.js')).href
    const file = subject(
      'adapter.mjs',
      `import { serveStdio } from '${stdio}'
      const open = async () => {
        if ((count += 1) === 4) process.kill(process.pid, 'SIGKILL')
        return openMemoryStore()
      }
      await serveStdio({ name: 'fragile', open }, process.stdin, process.stdout)`,
    )
    const output = join(folder, 'adapter.json')
    const { status } = conformance(`exec:${process.execPath} ${file}`, '--output', output)
    expect(status).toBe(1)
    const report = parseDocument(written('adapter.json'), 'conformance-report')
    expect(report).toMatchObject({ planned: 5, executed: 5, counts: { passed: 4, failed: 1 } })
    expect(JSON.stringify(report)).toContain('before it answered')
  })

  test('fails a store whose background work throws, and says during what', () => {
    const file = subject(
      'throws.mjs',
      `export default () => {
        if ((count += 1) === 3) setImmediate(() => { throw new Error('from the background') })
        return openMemoryStore()
      }`,
    )
    const { status, stdout, stderr } = conformance(file)
    expect(status).toBe(1)
    expect(stderr).toContain('from the background')
    expect(stdout).toContain('the process ended during append.')
  })

  test('says what cannot be loaded', () => {
    const file = subject('broken.mjs', `import 'no-such-package'`)
    const { status, stderr } = conformance(file)
    expect([status, stderr.includes('internal error')]).toEqual([3, false])
    expect(stderr).toContain(`${file} cannot be opened: Cannot find package 'no-such-package'`)
    const torn = subject('torn.mjs', 'export default {')
    expect(conformance(torn).stderr).toContain(`Unexpected end of input (node ${torn} shows where)`)
  })

  test('says how a class and a module without its extension have to be given', () => {
    const file = subject('class.mjs', 'export default class Own {}')
    const exported = conformance(file)
    expect([exported.status, exported.stderr]).toEqual([
      2,
      expect.stringContaining('export default () => new Own()'),
    ])
    const bare = conformance(file.replace('.mjs', ''))
    expect([bare.status, bare.stderr]).toEqual([2, expect.stringContaining(`give ${file}`)])
  })

  test('ends although the store left something open, and says what', () => {
    const file = subject(
      'stays.mjs',
      `export default () => {
        if ((count += 1) === 1) setInterval(() => {}, 60_000)
        return openMemoryStore()
      }`,
    )
    const { status, stdout, stderr } = conformance(file)
    expect([status, stdout.split(':')[0]]).toEqual([0, 'conformant'])
    expect(stderr).toContain(`${file} keeps the process alive`)
    expect(stderr).toMatch(/after its last handle was closed \(.*Timeout/)
  })

  test('repeats with seeds of their own until a run fails', () => {
    const fine = conformance('memory:', '--repeat', '2', '--seed', '5', '--json')
    expect(parseDocument(fine.stdout, 'conformance-report')).toMatchObject({ options: { seed: 6 } })
    const file = subject(
      'flaky.mjs',
      `export default () => {
        const store = openMemoryStore()
        if ((count += 1) > 20) store.appendItems = () => Promise.reject(new Error('tired'))
        return store
      }`,
    )
    const { status, stderr } = conformance(file, '--repeat', '9')
    expect(status).toBe(1)
    expect(stderr).toMatch(/run 4 of 9: non-conformant/)
  })

  test('tests an adapter that a command line starts', () => {
    const adapter = join(ROOT, 'examples/python/adapter.py')
    const { status, stdout } = conformance(`exec:python3 "${adapter}"`)
    expect([status, stdout.split(' keeps')[0]]).toEqual([0, 'conformant: python memory store'])
    const missing = conformance('exec:no-such-program')
    expect(missing.status).toBe(3)
    expect(missing.stderr).toContain('before it answered $hello')
  })
})

describe('the commands for a failure', () => {
  const reversing = subject(
    'reverses.mjs',
    `export default () => {
      const store = openMemoryStore()
      const { appendItems } = store
      store.appendItems = ({ items, ...params }) =>
        appendItems.call(store, { ...params, items: items.toReversed() })
      return store
    }`,
  )

  test('replay makes it happen again, and names the mutants that fail like it', () => {
    const { status, stdout } = runCli(['replay', 'append.order@1', reversing])
    expect(status).toBe(1)
    expect(stdout).toContain('same signature as append-drops-every-third-call')
    expect(stdout).toContain('replay: threadstore replay append.order@1 <subject>')
  })

  test('replay knows no case of another version', () => {
    const { status, stderr } = runCli(['replay', 'append.oder@1', reversing])
    expect([status, stderr]).toEqual([6, expect.stringContaining('append.oder is no case of this')])
  })

  test('annotations and the job summary are written for GitHub', () => {
    const summary = join(folder, 'summary.md')
    writeFileSync(summary, 'of another step\n')
    const args = ['conformance', reversing, '--filter', 'append.order', '--seed', '1']
    const { stdout } = runCli([...args, '--reporter', 'github', '--reporter', 'annotations'], {
      env: { GITHUB_STEP_SUMMARY: summary },
    })
    expect(stdout).toContain('::error title=APPEND-1 append.order::')
    expect(stdout).toContain('non-conformant')
    expect(written('summary.md')).toMatch(/^of another step\n## ❌ .*: non-conformant/)
  })
})

describe('threadstore prove', () => {
  const append = ['prove', '--filter', 'APPEND-2,CAP-3']

  test('says the same however many processes share the work', () => {
    const [one, two] = ['1', '2'].map((jobs) => runCli([...append, 'memory:', '--jobs', jobs]))
    const timeless = (text: string | undefined): string | undefined =>
      text?.replace(/ [\d.]+ s,/, '')
    expect(one?.stdout).toMatch(/^(\d+) of \1 mutants of memory killed/m)
    expect(one?.stdout).toContain('has-search-unclaimed')
    expect(timeless(two?.stdout)).toBe(timeless(one?.stdout))
    expect([two?.stderr, two?.status]).toEqual([one?.stderr, one?.status])
  })

  test('claims nothing when one of its processes dies', () => {
    const file = subject(
      'dies.mjs',
      `export default () => {
        if (process.connected && (count += 1) === 5) process.kill(process.pid, 'SIGKILL')
        return openMemoryStore()
      }`,
    )
    const { status, stdout, stderr } = runCli([...append, file, '--jobs', '2'])
    expect([status, stdout]).toEqual([3, ''])
    expect(stderr).toMatch(/the process that tried \S+ ended \(SIGKILL\) before it answered/)
  })

  test('claims nothing when the store ends the process', () => {
    const file = subject(
      'leaves.mjs',
      'export default () => (count += 1) < 3 ? openMemoryStore() : process.exit(0)',
    )
    const { status, stdout, stderr } = runCli([...append, file, '--jobs', '1'])
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toContain('nothing is claimed')
  })

  test('says what a process of its own cannot open', () => {
    const file = subject(
      'shy.mjs',
      `if (process.connected) throw new Error('one at a time')
      export default () => openMemoryStore()`,
    )
    const { status, stderr } = runCli([...append, file, '--jobs', '2'])
    expect([status, stderr.includes('internal error')]).toEqual([3, false])
    expect(stderr).toContain(`${file} cannot be opened: one at a time`)
    expect(stderr).toContain('--jobs 1')
  })

  test('tries no mutant of what cannot be opened, or with no case', () => {
    const file = subject('shut.mjs', `export default () => Promise.reject(new Error('no server'))`)
    const shut = runCli(['prove', file, '--jobs', '1'])
    expect(shut.status).toBe(3)
    expect(shut.stdout).toMatch(/^open\(\) failed: Error: no server\n0 of 0 mutants/)
    const none = runCli(['prove', 'memory:', '--filter', 'append.oder'])
    expect([none.status, none.stderr]).toEqual([6, expect.stringContaining('no case of set core')])
  })

  test('refuses several processes for what only one can open, and numbers that are none', () => {
    const several = runCli([...append, `pglite:${join(folder, 'db')}`, '--jobs', '2'])
    expect([several.status, several.stderr]).toEqual([2, expect.stringContaining('--jobs 1')])
    const none = runCli([...append, 'memory:', '--jobs', '0'])
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('--jobs must be')])
  })
})
