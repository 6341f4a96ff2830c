import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { copyHome } from './support/homes.js'
import { temporaryFolder } from './support/temporary-folder.js'
import { readText, ROOT } from './tidy/repository.js'

/** The lines of the blocks that are tagged `sh`. */
const commands = [...readText('docs/operations.md').matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(
  ([, block = '']) => block.trim().split('\n'),
)

/** Where the page speaks of homes. */
const homes = [
  ['0.169.0', '.codex'],
  ['0.131.0', 'shared'],
] as const

/** A machine as the page takes it for granted, in a folder of its own. */
async function newMachine(): Promise<{ readonly folder: string; readonly env: NodeJS.ProcessEnv }> {
  const folder = temporaryFolder()
  for (const [version, place] of homes) {
    const home = await copyHome(version)
    cpSync(home, join(folder, place), { recursive: true, preserveTimestamps: true })
  }
  mkdirSync(join(folder, 'bin'))
  const program = join(folder, 'bin', 'threadstore')
  writeFileSync(
    program,
    `#!/bin/sh\nexec '${process.execPath}' '${ROOT}/dist/bin/threadstore.js' "$@"\n`,
  )
  chmodSync(program, 0o755)
  const path = `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`
  const env = { ...process.env, HOME: folder, PATH: path, THREADS_URL: databaseUrl }
  return { folder, env }
}

const databaseUrl = `${inject('postgresUrl')}?namespace=runbook`

test('every command of the runbook runs as it is written', { timeout: 240_000 }, async () => {
  const { folder, env } = await newMachine()
  const restored = join(folder, '.codex-restored')
  const ended: [command: string, status: number | null, stderr: string][] = []
  let latestRun = ''

  async function run(command: string, until?: string): Promise<void> {
    const child = spawn('sh', ['-c', `exec ${command}`], { cwd: folder, env })
    const out: Buffer[] = []
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      const wasTold = until === undefined || stderr.includes(until)
      stderr += chunk.toString()
      // Once: a second signal ends a command at once.
      if (!wasTold && stderr.includes(until)) child.kill('SIGTERM')
    })
    const [status] = (await once(child, 'close')) as [number | null]
    const stdout = Buffer.concat(out).toString()
    if (command.includes(' status ')) latestRun = /[\da-f-]{36}/.exec(stdout)?.[0] ?? ''
    ended.push([command, status, status === 0 ? '' : stderr + stdout])
  }

  for (const command of commands) {
    // A history is restored once, and once more with its folders replaced.
    if (command.includes('--receipt') && command.includes('--map-'))
      rmSync(restored, { recursive: true })
    await run(
      command
        .replaceAll('postgres://user@host/database', databaseUrl)
        .replaceAll('/srv/home', join(folder, 'shared'))
        .replace(' RUN', ` ${latestRun}`)
        .replace('--quiet-for 30s', '--quiet-for 1s'),
      command.includes('--follow') ? 'a cutover is safe' : undefined,
    )
  }
  expect(commands.length).toBeGreaterThan(14)
  expect(ended.filter(([, status]) => status !== 0)).toEqual([])
})
