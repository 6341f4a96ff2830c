import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from './tidy/repository.js'

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** The rows of the page: a test of upstream, and what is said of it. */
const rows = [...read('docs/upstream-tests.md').matchAll(/^\| `([^`]+)`\s*\| (.+?)\s*\|$/gm)].map(
  ([, upstream = '', here = '']) => ({ upstream, here }),
)

/** A test here, by file and title. */
const references = rows.flatMap(({ upstream, here }) =>
  here
    .split('<br>')
    .map((part) => /^`([^`]+)` › (.+)$/.exec(part.trim()))
    .filter((match) => match !== null)
    .map(([, file = '', title = '']) => ({ upstream, file, title })),
)

describe('the page of upstream tests', () => {
  test('names tests that exist', () => {
    const missing = references.filter(({ file, title }) => !read(file).includes(`'${title}'`))
    expect(missing).toEqual([])
    expect(references.length).toBeGreaterThan(180)
  })

  test('says of every other upstream test why it is not here', () => {
    const unsaid = rows.filter(({ upstream, here }) => {
      const ported = references.some((reference) => reference.upstream === upstream)
      return !ported && !/^Not ported: .{15,}\.$/.test(here)
    })
    expect(unsaid).toEqual([])
  })

  test('speaks of every upstream test once', () => {
    const names = rows.map(({ upstream }) => upstream)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    expect(names.length).toBeGreaterThan(300)
  })
})
