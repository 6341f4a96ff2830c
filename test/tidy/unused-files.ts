import { dirname, join } from 'node:path/posix'
import { type Exception, staleExceptions } from './exceptions.js'
import { type Finding, isTest, type SourceFile } from './source-file.js'

/** Files that land before the code that will use them. */
const AWAITING_USE: readonly Exception[] = []

/**
 * Files that nothing names: no import, no path in a string, and no entry of `package.json`. A file
 * that only its own test imports is still unused.
 */
export function checkUnusedFiles(
  files: readonly SourceFile[],
  manifest: string,
  awaiting: readonly Exception[] = AWAITING_USE,
): Finding[] {
  const used = new Set(pathsIn(manifest))
  for (const file of files) {
    for (const path of namedBy(file)) {
      if (path !== file.path.replace('.test.ts', '.ts')) used.add(path)
    }
  }
  const unused = files.filter(({ path }) => !isTest(path) && !used.has(path))
  const findings = unused
    .filter(({ path }) => !awaiting.some(({ file }) => file === path))
    .map(({ path }) => ({
      file: path,
      line: 1,
      message: 'a file that nobody imports is banned, use it or delete it',
    }))
  const unusedPaths = unused.map(({ path }) => path)
  return [...findings, ...staleExceptions('test/tidy/unused-files.ts', awaiting, unusedPaths)]
}

function namedBy({ path, imports, strings }: SourceFile): readonly string[] {
  // The rules speak of files without using them.
  const paths = path.startsWith('test/tidy/') ? [] : strings
  const names = [...imports.map(({ specifier }) => specifier), ...paths]
  return names.flatMap((name) => {
    const target = name.startsWith('.') ? join(dirname(path), name) : name
    return [target, sourceOf(target)]
  })
}

/** Entry points are what the manifest names: exports, commands and scripts. */
function pathsIn(manifest: string): readonly string[] {
  return (manifest.match(/[\w./-]+\.(?:js|ts)/g) ?? []).map((path) =>
    sourceOf(path.replace(/^(?:\.\/)?dist\//, '')),
  )
}

function sourceOf(path: string): string {
  return path.replace(/\.js$/, '.ts')
}
