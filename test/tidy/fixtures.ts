import type { Finding } from './source-file.js'

export const MANIFEST_PATH = 'fixtures/MANIFEST.json'

/** Files that speak about the fixtures and are none. */
export const ABOUT_FIXTURES: readonly string[] = [MANIFEST_PATH, 'fixtures/README.md']

/** What the manifest must say of each file; what else it says is for readers. */
export interface ManifestEntry {
  /** From `fixtures/`. */
  readonly path: string
  readonly sha256: string
  readonly source: string
  /** The release that wrote the bytes, or `made`. */
  readonly codex: string
  readonly why: string
}

/**
 * Files in `fixtures/` that the manifest does not list or describes wrongly, and entries without a
 * file. `hashes` maps paths from `fixtures/` to the sha-256 of what is there.
 */
export function checkFixtures(
  hashes: ReadonlyMap<string, string>,
  entries: readonly ManifestEntry[],
): Finding[] {
  const recorded = new Map(entries.map(({ path, sha256 }) => [path, sha256]))
  const findings: Finding[] = []
  for (const [path, sha256] of hashes) {
    if (!recorded.has(path)) {
      findings.push(
        finding(
          `fixtures/${path}`,
          'a file the manifest does not list',
          `an entry in ${MANIFEST_PATH}`,
        ),
      )
    } else if (recorded.get(path) !== sha256) {
      findings.push(
        finding(`fixtures/${path}`, 'a changed file', `a new one, or record sha256 ${sha256}`),
      )
    }
  }
  for (const { path, source, codex, why } of entries) {
    if (!hashes.has(path))
      findings.push(finding(MANIFEST_PATH, `an entry without a file (${path})`, 'none'))
    if ([source, codex, why].includes(''))
      findings.push(
        finding(MANIFEST_PATH, `an entry that does not say why (${path})`, 'source, codex and why'),
      )
  }
  return findings
}

function finding(file: string, banned: string, use: string): Finding {
  return { file, line: 1, message: `${banned} is banned, use ${use}` }
}
