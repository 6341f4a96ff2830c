import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { helpOf } from '../cli.js'
import { commandNames, commandPath } from '../commands/index.js'
import { ExitCode } from '../usage/exit-codes.js'
import manifest from '../../package.json' with { type: 'json' }
import {
  durabilityTiers,
  errorReasons,
  ThreadStoreErrorCode,
  writerScopes,
} from '../../src/index.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import { cliPage } from './cli-page.js'
import { type FencedBlock, fencedBlocks } from './fenced-blocks.js'
import { anchorsOf, linksOf } from './links.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

const documents = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md'))
const pages = ['README.md', ...documents.map((file) => `docs/${file}`)]
const blocks = pages.flatMap((page) => fencedBlocks(page, readText(page)))
const ofLanguage = (...languages: string[]): FencedBlock[] =>
  blocks.filter(({ language }) => languages.includes(language))

test.each([...pages, 'fixtures/README.md'])('every link of %s leads somewhere', (page) => {
  const dead = linksOf(readText(page)).filter(({ file, anchor }) => {
    const target = file === '' ? page : join(dirname(page), file)
    if (!existsSync(join(ROOT, target))) return true
    return anchor !== null && !anchorsOf(readText(target)).has(anchor)
  })
  expect(dead).toEqual([])
})

test('docs/cli.md is what --help says', { timeout: 60_000 }, async () => {
  await expect(await cliPage()).toMatchFileSnapshot('../../docs/cli.md')
})

describe('the code in the documentation', () => {
  // Inside the package, so that it imports it by its name as everybody else does.
  const folder = join(ROOT, 'dist/docs-blocks')
  const code = ofLanguage('ts', 'js')

  beforeAll(() => {
    mkdirSync(folder, { recursive: true })
    for (const [index, { text }] of code.entries()) {
      writeFileSync(join(folder, `block-${index}.ts`), text)
    }
    const compilerOptions = {
      noEmit: true,
      strict: false,
      target: 'esnext',
      module: 'nodenext',
      types: ['node'],
      skipLibCheck: true,
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  })

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  test('fits the interfaces it uses', { timeout: 60_000 }, () => {
    expect(code.length).toBeGreaterThan(3)
    const tsc = join(ROOT, 'node_modules/.bin/tsc')
    const { stdout: problems } = spawnSync(tsc, ['-p', folder], { encoding: 'utf8', cwd: folder })
    const places = code.map(({ page, line }) => `${page}:${line}`)
    expect(problems.replaceAll(/block-(\d+)\.ts/g, (_, n) => places[Number(n)] ?? '')).toBe('')
  })
})

describe('a command line in the documentation', () => {
  const lines = ofLanguage('sh', 'bash', 'console').flatMap(({ page, line, text }) =>
    text
      .replaceAll(/\\\n\s*/g, ' ')
      .split('\n')
      .map((command) => ({ page, line, command: command.replace(/^\$ /, '').trim() })),
  )
  const ours = lines.flatMap(({ command, ...at }) => {
    const [, rest] = /(?:^|\s)threadstore ([a-z].*)$/.exec(command) ?? []
    return rest === undefined ? [] : [{ ...at, rest }]
  })

  test.each(ours)('$page: threadstore $rest', async ({ rest }) => {
    const words = rest.split(/\s+/)
    const [name = '', second = ''] = words
    expect(commandNames).toContain(name)
    const help = await helpOf(commandPath([name, second]), 200)
    for (const [flag] of rest.matchAll(/(?<=\s)--[a-z][a-z-]*/g)) expect(help).toContain(flag)
  })

  test('uses no npm script that is not there', () => {
    const scripts = lines.flatMap(({ command }) =>
      [...command.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, script]) => script),
    )
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scripts))
  })
})

/** The words that a page lacks, as code. */
function missing(page: string, words: readonly string[]): string[] {
  return words.filter((word) => !page.includes(`\`${word}\``))
}

describe('the documentation names', () => {
  const contract = readText('docs/thread-store.md')

  test('every exit code', () => {
    const page = readText('docs/operations.md')
    const codes = Object.values(ExitCode)
    expect(codes.filter((code) => !new RegExp(`^\\| *${code} `, 'm').test(page))).toEqual([])
  })

  test('every error code and reason', () => {
    const codes = Object.values(ThreadStoreErrorCode)
    expect(codes.filter((code) => !contract.includes(`\n### ${code}\n`))).toEqual([])
    expect(missing(contract, Object.values(errorReasons).flat())).toEqual([])
  })

  test('every capability and its values', async () => {
    await using store = openMemoryStore()
    const words = [...Object.keys(store.supports), ...durabilityTiers, ...writerScopes]
    expect(missing(contract, words)).toEqual([])
  })

  test('every entry of the package', () => {
    const all = pages.map(readText).join('\n')
    const entries = Object.keys(manifest.exports).filter((name) => /^\.\/[a-z/-]+$/.test(name))
    expect(
      missing(
        all,
        entries.map((entry) => `threadstore${entry.slice(1)}`),
      ),
    ).toEqual([])
  })

  test('every page in the README', () => {
    const readme = readText('README.md')
    expect(pages.slice(1).filter((page) => !readme.includes(`(${page})`))).toEqual([])
  })
})
