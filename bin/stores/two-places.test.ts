import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.js'
import { requireTwoPlaces } from './two-places.js'

const folder = temporaryFolder()
mkdirSync(join(folder, 'home'))
symlinkSync('home', join(folder, 'link'))

test.each(['home', 'home/', './home', 'link', 'home/../home'])('%s is the home', (name) => {
  const target = `local:${folder}/${name}`
  expect(() => requireTwoPlaces(join(folder, 'home'), target)).toThrow('name another target')
})

test.each(['home/copy', 'link/not/there/yet'])('%s lies in the home', (name) => {
  const target = `pglite:${folder}/${name}`
  expect(() => requireTwoPlaces(join(folder, 'home'), target)).toThrow('which is only read')
})

test('a database is itself, whatever the password, and another namespace is another place', () => {
  const url = 'postgres://user:one@host/database'
  const again = 'postgres://user:two@host/database'
  expect(() => requireTwoPlaces(url, again)).toThrow('postgres://user:***@host/database is')
  expect(() => requireTwoPlaces(url, `${again}?namespace=team`)).not.toThrow()
})

test.each([
  ['home', 'home2'],
  ['home/inner', 'home'],
  ['memory:', 'memory:'],
])('%s and %s are two places', (from, to) => {
  const place = (name: string): string => (name === 'memory:' ? name : join(folder, name))
  expect(() => requireTwoPlaces(place(from), place(to))).not.toThrow()
})
