import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { ROOT } from './tidy/repository.js'

test('a process that started and stopped a server ends with the code that it set', () => {
  const module = pathToFileURL(join(ROOT, 'dist/test/support/postgres-server.js')).href
  const program = `
    const { startPostgresServer } = await import('${module}')
    const server = await startPostgresServer()
    process.exitCode = 3
    await server[Symbol.asyncDispose]()`
  const args = ['--input-type=module', '--eval', program]
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 3, stderr: '' })
})
