import { dirname, join } from 'node:path/posix'
import { type Finding, isTest, type SourceFile } from './source-file.js'

/**
 * Files that nothing names: no import, no path in a string, and no entry of `package.json`. A file
 * that only its own test imports is still unused.
 */
export function checkUnusedFiles(files: readonly SourceFile[], manifest: string): Finding[] {
  const used = new Set(entryPoints(manifest))
  for (const file of files) {
    const imported = file.imports.map(({ specifier }) => pathFrom(file, specifier))
    for (const path of [...imported, ...pathsInStrings(file)]) {
      if (path !== file.path.replace('.test.ts', '.ts')) used.add(path)
    }
  }
  return files
    .filter(({ path }) => !isTest(path) && !used.has(path))
    .map(({ path }) => ({
      file: path,
      line: 1,
      message: 'a file that nobody imports is banned, use it or delete it',
    }))
}

/** What the manifest names: exports, commands and scripts. */
export function entryPoints(manifest: string): readonly string[] {
  return (manifest.match(/[\w./-]+\.(?:js|ts)/g) ?? []).map((path) =>
    sourceOf(path.replace(/^(?:\.\/)?dist\//, '')),
  )
}

/** What a file may load or run by its path. The rules speak of files without using them. */
export function pathsInStrings(file: SourceFile): readonly string[] {
  if (file.path.startsWith('test/tidy/')) return []
  return file.strings.map((text) => pathFrom(file, text))
}

/** The path that a string in a file names, from the file's folder or from the root. */
export function pathFrom({ path }: SourceFile, name: string): string {
  return sourceOf(name.startsWith('.') ? join(dirname(path), name) : name)
}

function sourceOf(path: string): string {
  return path.replace(/\.js$/, '.ts')
}
