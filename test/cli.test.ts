import { spawnSync } from 'node:child_process'
import { readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { runCli } from './cli-run.js'
import { copyHomeInPlace } from './support/homes.js'
import { temporaryFolder } from './support/temporary-folder.js'
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
    ['an unknown command', ['frobnicate'], 'there is no command frobnicate'],
    ['an unknown flag', ['--frobnicate'], 'frobnicate'],
  ])('%s is one line on stderr and exit code 2', (_, args, message) => {
    const { status, stdout, stderr } = run(...args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr.match(/\n/g)).toHaveLength(1)
  })

  test.each([
    [['why'], '<thread> is missing (threadstore why --help'],
    [['threads', 'lst', '.'], 'did you mean list?'],
    [
      ['threads', 'list', '.', '--srot', 'created'],
      'there is no option --srot; did you mean --sort?',
    ],
    [['migrate', 'memory:', 'memory:', '--report'], '--report needs a value'],
    [['verify', 'memory:', 'memory:', '--report', '.'], '. is a folder'],
    [['conformance', '--reporter', 'xml'], '--reporter: xml is none of text, json'],
    [['schema', 'migraton-plan'], 'did you mean migration-plan?'],
    [
      ['serve', 'memory:', '--tls-cert', 'package.json', '--tls-key', 'package.json'],
      'package.json are no certificate and the key of it',
    ],
    [['status', 'memory:', '--quiet', '--verbose'], 'give --quiet or --verbose, not both'],
    [['migrate', '/nowhere', '/elsewhere'], 'there is no folder /nowhere'],
    [['turns', 'pglite:/nowhere'], 'there is no folder /nowhere'],
    [['serve', '/nowhere'], 'there is no folder /nowhere'],
    [['app-server', '/nowhere', '--model', 'm'], 'there is no folder /nowhere'],
    [['app-server', 'memory:', '--model', ''], '--model must not be empty'],
    [['app-server', 'memory:', '--model', 'm', '--model-url', 'x'], '--model-url must be an http'],
  ])('%j is refused with the thing and the remedy', (args, message) => {
    const { status, stdout, stderr } = run(...args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr.match(/\n/g)).toHaveLength(1)
  })

  test('finds the databases of a home where CODEX_SQLITE_HOME says', async () => {
    const home = await copyHomeInPlace('0.169.0')
    const line = ['threads', 'list', home, '--json']
    const expected = runCli(line)
    const databases = temporaryFolder()
    for (const name of readdirSync(home).filter((file) => file.endsWith('.sqlite'))) {
      renameSync(join(home, name), join(databases, name))
    }
    const env = { CODEX_HOME: home, CODEX_SQLITE_HOME: databases }
    expect(runCli(line, { env })).toEqual(expected)
    expect(runCli(line).stdout).not.toBe(expected.stdout)
  })

  test('a result that could not be written is exit code 3, one that nobody reads to its end is none', () => {
    const shell = (redirection: string): unknown => {
      const command = `"$0" "$1" schema store ${redirection}`
      const cli = join(ROOT, manifest.bin.threadstore)
      const { status, stderr } = spawnSync('sh', ['-c', command, process.execPath, cli], {
        encoding: 'utf8',
      })
      return { status, stderr }
    }
    const problem = expect.stringMatching(/^threadstore: what was printed .*ENOSPC.*\n$/)
    expect(shell('> /dev/full')).toEqual({ status: 3, stderr: problem })
    expect(shell('| head -1 > /dev/null')).toEqual({ status: 0, stderr: '' })
  })

  test('completion prints a script and completes commands, options and choices', () => {
    const { status, stdout, stderr } = run('completion')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('--get-yargs-completions')
    const asked = (...words: string[]): string =>
      run('--get-yargs-completions', 'threadstore', ...words).stdout
    expect(asked('')).toContain('conformance')
    expect(asked('threads', '')).toBe('list\nshow\nexport\n')
    expect(asked('migrate', '--f')).toContain('--follow')
    expect(asked('conformance', '--set', '')).toContain('smoke')
  })

  test('--quiet leaves the result, --verbose adds what is done and where an error came from', () => {
    const line = ['conformance', 'memory:', '--filter', 'append.order']
    expect(run(...line, '--quiet')).toMatchObject({ status: 0, stderr: '' })
    expect(run(...line, '--verbose').stderr).toContain('✓ append.order')
    const lost = ['status', 'postgres://u:secret@127.0.0.1:1/d', '--verbose']
    const { status, stderr } = run(...lost)
    expect({ status, secret: stderr.includes('secret') }).toEqual({ status: 3, secret: false })
    expect(stderr).toContain('[cause]: ')
  })
})
