import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { codexVersions } from '../support/codex.js'
import { recordHome } from './record.js'
import type { TranscriptEntry } from './scenario.js'

it.each(codexVersions)(
  'Codex %s plays the scenario, and its home names no other place',
  async (version) => {
    const folder = await mkdtemp(join(tmpdir(), 'threadstore-record-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await recordHome(version, folder)

    const text = await readFile(join(folder, 'transcripts', `codex-${version}.json`), 'utf8')
    const transcript = JSON.parse(text) as TranscriptEntry[]
    const failed = transcript.filter((entry) => entry.error !== undefined).map(({ label }) => label)
    expect(failed).toEqual(version === '0.131.0' ? [] : ['rollback'])

    const home = join(folder, 'homes', `codex-${version}`)
    const files = await readdir(home, { recursive: true, withFileTypes: true })
    for (const file of files.filter((entry) => entry.isFile())) {
      const bytes = await readFile(join(file.parentPath, file.name), 'latin1')
      expect(`${file.name}: ${/\/tmp\/\w{4}\/.*/.exec(bytes)?.[0]}`).toBe(`${file.name}: undefined`)
    }
  },
)
