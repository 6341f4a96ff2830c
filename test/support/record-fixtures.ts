import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { type Fixture, fixturePath, readManifest } from './fixtures.js'

// Writes the hash of every file into the manifest. A new file gets an entry whose reason is still to be filled in,
// and the tidy test asks for it.
const known = new Map(readManifest().map((fixture) => [fixture.path, fixture]))
const files = readdirSync(fixturePath(), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(fixturePath(), join(entry.parentPath, entry.name)))
  .map((path) => path.split(sep).join('/'))
  .filter((path) => path !== 'MANIFEST.json' && path !== 'README.md')
  .toSorted()
  .map((path): Fixture => {
    const sha256 = createHash('sha256')
      .update(readFileSync(fixturePath(path)))
      .digest('hex')
    const fixture = { path, sha256, source: '', codex: '', why: '' }
    return { ...fixture, ...known.get(path), sha256 }
  })
writeFileSync(fixturePath('MANIFEST.json'), `${JSON.stringify({ files }, null, 2)}\n`)
