import { describe, expect, test } from 'vitest'
import { readText } from './tidy/repository.js'

interface LockedPackage {
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const { packages } = JSON.parse(readText('package-lock.json')) as {
  packages: Readonly<Record<string, LockedPackage>>
}

describe('package-lock.json', () => {
  test('does not say where a package was downloaded from', () => {
    const resolved = Object.keys(packages).filter((path) => packages[path]?.resolved !== undefined)
    expect(resolved).toEqual([])
  })

  // npm forgets the packages of other platforms when it writes the file beside an existing
  // node_modules; `npm ci` then fails there. Delete both and run `npm install` to repair it.
  test('locks the packages of every platform', () => {
    const missing = Object.values(packages)
      .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
      .filter(
        (name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)),
      )
    expect(missing).toEqual([])
  })
})
