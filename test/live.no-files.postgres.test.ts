import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, inject, test } from 'vitest'
import { hashTree } from './support/hash-tree.js'
import { temporaryFolder } from './support/temporary-folder.js'
import { ROOT } from './tidy/repository.js'

const moduleAt = (path: string): string => pathToFileURL(join(ROOT, 'dist/src', path)).href

/** Since Node 25 a process that may not do everything may not use the network either. */
const netFlags = process.allowedNodeEnvironmentFlags.has('--allow-net') ? ['--allow-net'] : []

/** Holds a conversation in a process that may read every file and write none. */
function converse(url: string, cwd: string): string {
  const program = `
    const { openPostgresStore } = await import('${moduleAt('stores/postgres/open-postgres-store.js')}')
    const { scriptedModelClient, ThreadManager } = await import('${moduleAt('manager/index.js')}')
    const store = await openPostgresStore({ url: '${url}', namespace: 'no_files' })
    const model = scriptedModelClient(() => ({ text: 'hello yourself' }))
    const manager = new ThreadManager({ store, model, config: { model: 'scripted', cwd: '${cwd}' } })
    const thread = await manager.startThread()
    await thread.run('hello')
    await thread.rollback(1)
    await thread.run('hello again')
    const fork = await manager.forkThread(thread.threadId)
    await (await fork.compact()).done
    await manager.updateThreadMetadata(fork.threadId, { name: 'fork' })
    await (await manager.startThread({ ephemeral: true })).run('hello')
    await manager.shutdownAllThreadsBounded(10_000)
    const { items } = await store.listThreads({ pageSize: 9 })
    process.stdout.write(items.map(({ rolloutPath, preview }) => rolloutPath + ' ' + preview).join())
    await store.close()`
  const allowed = ['--allow-fs-read=*', ...netFlags]
  const args = ['--permission', ...allowed, '--input-type=module', '--eval', program]
  const env = { ...process.env, HOME: cwd, CODEX_HOME: join(cwd, '.codex'), TMPDIR: cwd }
  return execFileSync(process.execPath, args, { cwd, env, encoding: 'utf8' })
}

test('a thread in a database leaves no file behind, wherever it works', async () => {
  const cwd = temporaryFolder()
  const before = await hashTree(cwd)
  expect(converse(inject('postgresUrl'), cwd)).toBe('null hello,null hello')
  expect(await hashTree(cwd)).toEqual(before)
})

test('a process that may write no file fails when it tries', () => {
  const program = `require('node:fs').writeFileSync('x', '')`
  const args = ['--permission', '--allow-fs-read=*', '--eval', program]
  const cwd = temporaryFolder()
  expect(() => execFileSync(process.execPath, args, { cwd, stdio: 'pipe' })).toThrow(
    /ERR_ACCESS_DENIED/,
  )
})
