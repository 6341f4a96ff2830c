import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from './tidy/repository.js'

// A repository of somebody else, with the package where npm would install it.
const repository = mkdtempSync(join(ROOT, 'node_modules/.repository-'))
const summary = join(repository, 'summary.md')

beforeAll(() => {
  cpSync(join(ROOT, 'examples/audited-store'), repository, { recursive: true })
  mkdirSync(join(repository, 'node_modules/.bin'), { recursive: true })
  symlinkSync(ROOT, join(repository, 'node_modules/threadstore'))
  const command = `#!/bin/sh\nexec node "${join(ROOT, 'dist/bin/threadstore.js')}" "$@"\n`
  writeFileSync(join(repository, 'node_modules/.bin/threadstore'), command, { mode: 0o755 })
})

afterAll(() => {
  rmSync(repository, { recursive: true, force: true })
})

function runJob(subject: string): { readonly status: number | null; readonly stdout: string } {
  const env = {
    ...process.env,
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    SUBJECT: subject,
    SUITE: 'smoke',
    BASELINE: './baseline.json',
    FOLDER: 'report',
    GITHUB_STEP_SUMMARY: summary,
  }
  const script = join(ROOT, 'examples/ci/conformance.sh')
  return spawnSync('bash', [script], { cwd: repository, env, encoding: 'utf8' })
}

describe('the CI example', () => {
  test('reports on a store of somebody else in every form, with a badge', () => {
    const { status, stdout } = runJob('./subject.js')
    expect(stdout).toContain('passed')
    expect(status).toBe(0)
    for (const file of ['report.json', 'junit.xml', 'report.html']) {
      expect(existsSync(join(repository, 'report', file))).toBe(true)
    }
    const badge = JSON.parse(readFileSync(join(repository, 'report/badge.json'), 'utf8')) as object
    expect(badge).toMatchObject({ schemaVersion: 1, label: 'ThreadStore', color: 'brightgreen' })
    expect(readFileSync(summary, 'utf8')).toContain('audited store')
  })

  test('fails with the store', () => {
    const broken = `import subject from './subject.js'
      const open = async (context) => {
        const store = await subject.open(context)
        return { ...store, archiveThread: async () => {} }
      }
      export default { name: 'broken', open, reopen: open, openSecond: open }`
    writeFileSync(join(repository, 'broken.js'), broken)
    expect(runJob('./broken.js').status).toBe(1)
    const badge = readFileSync(join(repository, 'report/badge.json'), 'utf8')
    expect(badge).toContain('"color":"red"')
  })
})
