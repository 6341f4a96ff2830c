import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readGitInfo } from './read-git-info.js'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'threadstore-git-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true })
})

function git(...args: readonly string[]): string {
  const identity = ['-c', 'user.name=n', '-c', 'user.email=n@example.com']
  return execFileSync('git', [...identity, ...args], { cwd: dir, encoding: 'utf8' }).trim()
}

test('a repository tells commit, branch and origin, without the secrets in it', async () => {
  git('init', '--quiet', '--initial-branch', 'main')
  git('commit', '--quiet', '--allow-empty', '--message', 'one')
  git('remote', 'add', 'origin', 'https://user:token@example.com/r.git')
  const facts = { sha: git('rev-parse', 'HEAD'), originUrl: 'https://example.com/r.git' }
  expect(await readGitInfo(dir)).toEqual({ ...facts, branch: 'main' })
  git('checkout', '--quiet', '--detach')
  expect(await readGitInfo(dir)).toEqual({ ...facts, branch: null })
})

test('a repository without commits tells its branch', async () => {
  git('init', '--quiet', '--initial-branch', 'main')
  expect(await readGitInfo(dir)).toEqual({ sha: null, branch: 'main', originUrl: null })
})

test('another directory, or none, tells nothing', async () => {
  expect(await readGitInfo(dir)).toBeNull()
  expect(await readGitInfo(join(dir, 'missing'))).toBeNull()
})
