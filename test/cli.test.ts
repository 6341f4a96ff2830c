import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { ROOT } from './tidy/repository.js'

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const command = [join(ROOT, manifest.bin.threadstore), ...args]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe('threadstore', () => {
  test('--help goes to stdout', () => {
    const { status, stdout, stderr } = run('--help')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('threadstore <command>')
  })

  test('--version prints the version of the package', () => {
    expect(run('--version')).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' })
  })

  test.each([
    ['no command', [], 'no command given'],
    ['an unknown command', ['frobnicate'], 'Unknown argument: frobnicate'],
    ['an unknown flag', ['--frobnicate'], 'frobnicate'],
  ])('%s is one line on stderr and exit code 2', (_, args, message) => {
    const { status, stdout, stderr } = run(...args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr.match(/\n/g)).toHaveLength(1)
  })
})
