import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { codexCommand, configureHome } from '../../test/support/codex.js'
import { startPostgresServer } from '../../test/support/postgres-server.js'
import { atHand } from '../at-hand.js'
import { type BenchRow, round, seconds } from '../row.js'
import { runCli } from '../run-cli.js'
import { inHome } from '../workspace.js'

const CODEX = '0.169.0'
const OUTPUT_BYTES_MAX = 2 ** 26

const run = promisify(execFile)

/** The main job, beside the migration that Codex brings, which moves threads into its own newer format. */
export const migrateBesideCodex: BenchRow = {
  id: 'migrate-codex',
  work: `migrate the same home, beside codex ${CODEX} migrate-rollouts --apply on it`,
  goal: 'at least 10 times the MB/s',
  bounds: [{ atLeast: 10 }],
  how: `\`threadstore migrate\` of the home into a PostgreSQL that waits for the disk, then \`codex migrate-rollouts --apply\`, which rewrites the home in place. Codex sends nothing anywhere and proves nothing; it is the only other tool that reads every line.`,
  run: (scale) =>
    inHome({ threads: 2_000 * scale, bytes: 290e6 * scale }, async ({ dir, bytes, threads }) => {
      const binary = await atHand(CODEX)
      await configureHome(dir, 'http://127.0.0.1:9/v1')
      await using server = await startPostgresServer({ durable: true })
      const ours = await runCli(['migrate', dir, server.url])
      const { command, env, cwd } = codexCommand(binary, dir)
      let stdout = ''
      const theirs = await seconds(async () => {
        const args = ['migrate-rollouts', '--apply', '--json']
        ;({ stdout } = await run(command, args, { env, cwd, maxBuffer: OUTPUT_BYTES_MAX }))
      })
      const { outcomes } = JSON.parse(stdout) as { outcomes: readonly { status: string }[] }
      const megabytes = bytes / 1e6
      return {
        figure: `${round(megabytes / ours.seconds)} MB/s`,
        beside: `codex: ${round(megabytes / theirs)} MB/s`,
        ratio: theirs / ours.seconds,
        details: {
          megabytes: round(megabytes),
          threads,
          seconds: round(ours.seconds),
          codexSeconds: round(theirs),
          codexMigrated: outcomes.filter(({ status }) => status === 'migrated').length,
        },
      }
    }),
}
