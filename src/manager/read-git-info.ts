import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { GitInfo } from '../protocol/metadata.js'

const run = promisify(execFile)

/** A repository on a share that is gone must not keep a thread from starting. */
const GIT_TIMEOUT_MS = 5_000

/** Git facts of a directory; `null` when it is in no work tree, or nothing can be found out. */
export async function readGitInfo(cwd: string): Promise<GitInfo | null> {
  if ((await git(cwd, 'rev-parse', '--is-inside-work-tree')) !== 'true') return null
  const [sha, branch, originUrl] = await Promise.all([
    git(cwd, 'rev-parse', 'HEAD'),
    git(cwd, 'symbolic-ref', '--short', 'HEAD'),
    git(cwd, 'remote', 'get-url', 'origin'),
  ])
  const known = sha ?? branch ?? originUrl
  return known === null ? null : { sha, branch, originUrl: originUrl && withoutSecrets(originUrl) }
}

async function git(cwd: string, ...args: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await run('git', args, { cwd, timeout: GIT_TIMEOUT_MS })
    return stdout.trim() || null
  } catch {
    return null
  }
}

/** People put tokens into the addresses of their remotes. */
function withoutSecrets(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1')
}
