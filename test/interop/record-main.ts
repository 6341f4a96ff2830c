import { recordHome } from './record.js'

// npm run fixtures:record -- 0.170.0: a home and its transcript, written by that release of Codex.
const versions = process.argv.slice(2)
if (versions.length === 0 || versions.some((version) => !/^\d+\.\d+\.\d+$/.test(version))) {
  process.stderr.write('which Codex? npm run fixtures:record -- 0.169.0\n')
  process.exitCode = 2
} else {
  for (const version of versions) {
    process.stderr.write(`recording Codex ${version}\n`)
    await recordHome(version, 'fixtures')
  }
  process.stderr.write(
    'npm run fixtures:manifest lists the new files; say there why each is wanted\n',
  )
}
