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

test('the store of the README is conformant, as the README says', { timeout: 120_000 }, () => {
  const { code, printed } = example('my-store.mjs')
  writeFileSync(join(folder, 'my-store.mjs'), code)
  const line = ['conformance', './my-store.mjs', '--seed', '1', '--quiet']
  const { stdout } = run(join(ROOT, 'dist/bin/threadstore.js'), ...line)
  expect(withoutFigures(stdout)).toBe(withoutFigures(printed))
})

test('the agent host of the README prints what the README says', () => {
  const { code, printed } = example('host.mjs')
  writeFileSync(join(folder, 'host.mjs'), code)
  mkdirSync(join(folder, 'home'))
  expect(run('host.mjs')).toEqual({ stdout: printed, stderr: '' })
})

/** A module of the README, and the next text that stands there as printed. */
function example(file: string): { readonly code: string; readonly printed: string } {
  const block = new RegExp(`\`\`\`js\n(// ${file}\n.*?)\`\`\`\n.*?\`\`\`text\n(.*?)\`\`\``, 's')
  const [, code = '', printed = ''] = block.exec(readText('README.md')) ?? []
  return { code, printed }
}

function run(...args: string[]): { readonly stdout: string; readonly stderr: string } {
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  return { stdout, stderr }
}

/** Times and counts move with the machine and with the suite. */
function withoutFigures(text: string): string {
  return text.replaceAll(/[\d.]+/g, 'n')
}
