import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { checkBans } from './tidy/bans.js'
import { checkDependencies } from './tidy/dependencies.js'
import {
  ABOUT_FIXTURES,
  checkFixtures,
  MANIFEST_PATH,
  type ManifestEntry,
} from './tidy/fixtures.js'
import { checkLayers } from './tidy/layers.js'
import { checkName } from './tidy/names.js'
import { listCodeFiles, listFiles, readBytes, readSources, readText } from './tidy/repository.js'
import { checkPortableSql } from './tidy/portable-sql.js'
import { checkSizes } from './tidy/sizes.js'
import { type Finding, isTest } from './tidy/source-file.js'
import { checkTestTitles } from './tidy/test-titles.js'
import { checkUnusedExports } from './tidy/unused-exports.js'
import { checkUnusedFiles } from './tidy/unused-files.js'

const sources = readSources()

function expectNone(findings: readonly Finding[]): void {
  expect(findings.map(({ file, line, message }) => `${file}:${line}: ${message}`)).toEqual([])
}

describe('the repository', () => {
  test('imports from lower layers only', () => {
    expectNone(sources.flatMap(checkLayers))
  })

  test('ships no import of a development dependency', () => {
    const installed = [manifest.dependencies, manifest.peerDependencies].flatMap(Object.keys)
    expectNone(sources.flatMap((file) => checkDependencies(file, installed)))
  })

  test('has functions and files that can be read in one go', () => {
    expectNone(sources.flatMap(checkSizes))
  })

  test('names its files in kebab-case', () => {
    expectNone(listCodeFiles().flatMap(checkName))
  })

  test('uses every file it has', () => {
    expectNone(checkUnusedFiles(sources, readText('package.json')))
  })

  test('exports only what another file imports', () => {
    expectNone(checkUnusedExports(sources, readText('package.json')))
  })

  test('does nothing the table of bans forbids', () => {
    expectNone(checkBans(sources))
  })

  test('asks of a database only what several servers can do together', () => {
    const store = sources.filter(
      ({ path }) => path.startsWith('src/stores/postgres/') && !isTest(path),
    )
    expectNone(checkPortableSql(store))
  })

  test('gives every test a title of its own', () => {
    expectNone(sources.flatMap(checkTestTitles))
  })

  test('records where every fixture comes from', () => {
    const paths = listFiles('fixtures').filter((path) => !ABOUT_FIXTURES.includes(path))
    const hashes = new Map(paths.map((path) => [path.replace('fixtures/', ''), sha256(path)]))
    expectNone(checkFixtures(hashes, paths.length > 0 ? readManifest() : []))
  })
})

function sha256(path: string): string {
  return createHash('sha256').update(readBytes(path)).digest('hex')
}

function readManifest(): readonly ManifestEntry[] {
  const { files } = JSON.parse(readText(MANIFEST_PATH)) as { files: readonly ManifestEntry[] }
  return files
}
