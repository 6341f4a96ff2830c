import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { ROOT } from './tidy/repository.js'

// Inside node_modules, so that the package finds its dependencies above it without installing them.
const consumer = mkdtempSync(join(ROOT, 'node_modules/.consumer-'))
const installed = join(consumer, 'node_modules/threadstore')
let packed: readonly string[] = []
let tarballFile = ''

beforeAll(() => {
  const npmPack = ['pack', '--ignore-scripts', '--json', '--pack-destination', consumer]
  const [tarball] = JSON.parse(
    execFileSync('npm', npmPack, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as [{ filename: string; files: { path: string }[] }]
  packed = tarball.files.map(({ path }) => path)
  tarballFile = join(consumer, tarball.filename)
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xf', tarballFile, '-C', installed, '--strip=1'])
})

afterAll(() => {
  rmSync(consumer, { recursive: true, force: true })
})

function run(script: string): string {
  const args = ['--input-type=module', '--eval', script]
  return execFileSync(process.execPath, args, { cwd: consumer, encoding: 'utf8' })
}

describe('the packed package', () => {
  const entries = Object.entries(manifest.exports).filter(([name]) => !name.includes('*'))

  test.each(entries)('%s can be imported', (name, target) => {
    const specifier = name.replace(/^\./, manifest.name)
    const attributes = target.endsWith('.json') ? `, { with: { type: 'json' } }` : ''
    run(`await import('${specifier}'${attributes})`)
    expect(packed).toContain(target.replace('./', ''))
  })

  test('loads no driver until a store asks for one', () => {
    const script = `
      import { registerHooks } from 'node:module'
      const seen = []
      registerHooks({
        resolve(specifier, context, next) {
          seen.push(specifier)
          return next(specifier, context)
        },
      })
      await import('${manifest.name}')
      process.stdout.write(JSON.stringify(seen))`
    const seen = JSON.parse(run(script)) as string[]
    const drivers = ['better-sqlite3', 'pg', 'pg-copy-streams', '@electric-sql/pglite']
    expect(seen).toContain(manifest.name)
    expect(seen.filter((specifier) => drivers.includes(specifier))).toEqual([])
  })

  test('is described as every runtime and bundler reads it', async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true })
    expect(messages).toEqual([])
  })

  test('has types for every entry, wherever modules are resolved as Node does', async () => {
    const tarball = createPackageFromTarballData(new Uint8Array(readFileSync(tarballFile)))
    const { types, problems } = { problems: [], ...(await checkPackage(tarball)) }
    expect(types).toEqual({ kind: 'included' })
    // It has no CommonJS, and old resolution knows no exports; both are meant.
    const meant = ['NoResolution node10', 'CJSResolvesToESM node16-cjs']
    const found = problems.map((problem) =>
      'resolutionKind' in problem ? `${problem.kind} ${problem.resolutionKind}` : problem.kind,
    )
    expect(found.filter((problem) => !meant.includes(problem))).toEqual([])
    expect(found).toContain(meant[0])
  })

  test('runs as a command', () => {
    const command = join(installed, manifest.bin.threadstore)
    const { stdout } = spawnSync(process.execPath, [command, '--version'], { encoding: 'utf8' })
    expect(stdout).toBe(`${manifest.version}\n`)
  })

  test('contains the licence, what its entries reach, and the data that commands and docs name', () => {
    expect(packed).toContain('LICENSE')
    const onlyForUs = /\.test\.|\.tsbuildinfo$|^dist\/(?:test|bench|bin\/docs)\//
    expect(packed.filter((path) => onlyForUs.test(path))).toEqual([])
    const data = packed.filter((path) => path.startsWith('fixtures/'))
    const named = ['fixtures/homes/codex-0.131.0/', 'fixtures/baselines/codex-0.131.0.json']
    expect(data.filter((path) => !named.some((name) => path.startsWith(name)))).toEqual([])
    for (const name of named) expect(data.some((path) => path.startsWith(name))).toBe(true)
  })

  // What was compiled stays in dist when its source goes: `rm -rf dist` and build again.
  test('contains no module that neither an entry nor its types reach', () => {
    const reachedFrom = [...Object.values(manifest.exports), manifest.bin.threadstore]
    const code = packed.filter((path) => /^dist\/.*(?:\.d\.ts|\.js)$/.test(path))
    const reached = reachable(reachedFrom.filter((path) => path.endsWith('.js')))
    const stems = new Set([...reached].map((path) => path.replace(/(?:\.d\.ts|\.js)$/, '')))
    expect(code.filter((path) => !stems.has(path.replace(/(?:\.d\.ts|\.js)$/, '')))).toEqual([])
  })
})

const SPECIFIER = /(?:\bfrom|\bimport\(?|new URL\()\s*['"](\.[^'"]+)['"]/g

/** What the entries import, whoever imports it, and what that says of types. */
function reachable(entries: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const todo = entries.map((entry) => normalize(entry))
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    for (const file of [path, path.replace(/\.js$/, '.d.ts')]) {
      if (!/\.(?:js|d\.ts)$/.test(file) || !packed.includes(file)) continue
      const text = readFileSync(join(installed, file), 'utf8')
      for (const [, specifier = ''] of text.matchAll(SPECIFIER)) {
        todo.push(join(dirname(file), specifier))
      }
    }
  }
  return seen
}
