import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What `fixtures/MANIFEST.json` says of one file. */
export interface Fixture {
  /** From `fixtures/`, with forward slashes. */
  readonly path: string
  readonly sha256: string
  readonly source: string
  /** The release that wrote the bytes, or `made`. */
  readonly codex: string
  readonly why: string
  /** Where the file would lie in a Codex home; every file in `damaged/` has one of its own. */
  readonly home?: string
  /** What Codex made of the file, by release, in a home that held all damaged files and no database. */
  readonly observed?: Readonly<Record<string, string>>
}

const FOLDER = findFolder(import.meta.dirname)

/** An absolute path under `fixtures/`. */
export function fixturePath(...parts: readonly string[]): string {
  return join(FOLDER, ...parts)
}

export function readManifest(): readonly Fixture[] {
  const text = readFileSync(fixturePath('MANIFEST.json'), 'utf8')
  return (JSON.parse(text) as { files: readonly Fixture[] }).files
}

/** The same folder whether this runs from the sources or from what is built. */
function findFolder(from: string): string {
  const folder = join(from, 'fixtures')
  if (existsSync(join(folder, 'MANIFEST.json'))) return folder
  const parent = dirname(from)
  if (parent === from) throw new Error('there is no fixtures/MANIFEST.json above this file')
  return findFolder(parent)
}
