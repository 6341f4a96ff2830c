import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readText, ROOT } from './tidy/repository.js'

// Inside the package, so that it imports it by its name as everybody else does.
const folder = mkdtempSync(join(ROOT, 'dist/readme-'))

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('CI runs the commands of the README as they are written', () => {
  const commands = readText('README.md').match(/^npm ci && .*$/gm)
  expect(commands).toHaveLength(2)
  const steps = readText('.ci/run').match(/(?<=^bash -c ').*(?='$)/gm)
  expect(steps).toEqual(commands)
})

test('the agent host of the README prints what the README says', () => {
  const [, host = '', printed] =
    /```js\n(\/\/ host\.mjs\n.*?)```\n.*?```text\n(.*?)```/s.exec(readText('README.md')) ?? []
  writeFileSync(join(folder, 'host.mjs'), host)
  mkdirSync(join(folder, 'home'))
  const { stdout, stderr } = spawnSync(process.execPath, ['host.mjs'], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect({ stdout, stderr }).toEqual({ stdout: printed, stderr: '' })
})
