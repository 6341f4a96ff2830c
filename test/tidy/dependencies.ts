import { type Finding, isTest, type SourceFile } from './source-file.js'

/** Folders whose code is installed with the package, where development dependencies are not. */
const SHIPPED = /^(?:src|conformance|migrate|bin)\//

/** Imports that work in this repository and nowhere else. */
export function checkDependencies(file: SourceFile, installed: readonly string[]): Finding[] {
  if (!SHIPPED.test(file.path) || isTest(file.path)) return []
  return file.imports
    .filter(({ specifier }) => !/^(?:\.|node:)/.test(specifier))
    .map(({ specifier, line }) => ({ line, name: packageOf(specifier) }))
    .filter(({ name }) => !installed.includes(name))
    .map(({ line, name }) => ({
      file: file.path,
      line,
      message: `importing ${name} is banned, use a package that is in "dependencies"`,
    }))
}

function packageOf(specifier: string): string {
  const [scopeOrName = '', name = ''] = specifier.split('/')
  return scopeOrName.startsWith('@') ? `${scopeOrName}/${name}` : scopeOrName
}
