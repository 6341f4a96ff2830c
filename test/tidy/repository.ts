import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSource, type SourceFile } from './source-file.js'

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url))

const CODE_FOLDERS = ['src', 'conformance', 'migrate', 'bin', 'test', 'bench', 'examples']

/** Every TypeScript file of the repository. */
export function readSources(): SourceFile[] {
  return CODE_FOLDERS.flatMap(listFiles)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => parseSource(path, readText(path)))
}

/** Paths from the root of everything in the code folders. */
export function listCodeFiles(): string[] {
  return CODE_FOLDERS.flatMap(listFiles)
}

/** Paths from the root of all files below a folder. A folder that is absent has none. */
export function listFiles(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return []
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).split(sep).join('/'))
    .toSorted()
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

export function readBytes(path: string): Buffer {
  return readFileSync(join(ROOT, path))
}
