import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'

/** Releases of Node the package promises to work on: the oldest, the current, the next. */
const releases = ['22.15.0', '22', '24', '26']

/** Node of a release, from its npm package, which is installed once. */
function nodeOf(release: string): string {
  const folder = join(tmpdir(), 'threadstore-node', release)
  const node = join(folder, 'node_modules/node/bin/node')
  if (!existsSync(node)) {
    mkdirSync(folder, { recursive: true })
    // The package fetches nothing: its script puts the binary of another package in place.
    const manifest = JSON.stringify({ private: true, allowScripts: { node: true } })
    writeFileSync(join(folder, 'package.json'), manifest)
    execFileSync('npm', ['install', `node@${release}`], { cwd: folder, stdio: 'ignore' })
  }
  return node
}

/** Runs the tests on one Node; children find the same one first on their path. */
function passes(node: string, paths: readonly string[]): boolean {
  const vitest = resolve('node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', '--config', 'test/vitest.config.ts', ...paths]
  const path = [dirname(node), process.env['PATH']].join(delimiter)
  const env = { ...process.env, PATH: path }
  return spawnSync(node, args, { env, stdio: 'inherit' }).status === 0
}

const paths = process.argv.slice(2)
const verdicts = releases.map((release) => {
  const node = nodeOf(release)
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
  process.stdout.write(`\n== Node ${version}\n`)
  return { version, passed: passes(node, paths) }
})
for (const { version, passed } of verdicts) {
  process.stdout.write(`${version} ${passed ? 'passed' : 'failed'}\n`)
}
process.exitCode = verdicts.every(({ passed }) => passed) ? 0 : 1
