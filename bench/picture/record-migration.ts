import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startPostgresServer } from '../../test/support/postgres-server.js'
import { makeHome } from '../make-home.js'
import { cli } from '../run-cli.js'
import { inFolder } from '../workspace.js'
import { terminalSvg } from './terminal-svg.js'
import { openTmuxScreen } from './tmux-screen.js'

const COLUMNS = 96
/** The end of a screen that waits for a command. */
const PROMPT = /\n\$$/
const threads = Number(process.argv[2] ?? 2_000)
const PICTURE = new URL('../../../docs/images/migration.svg', import.meta.url)

// Makes the picture of a migration in the README from a real one, of as many threads as are asked for. Needs tmux.
await inFolder(async (folder) => {
  await using server = await startPostgresServer({ durable: true })
  const home = join(folder, '.codex')
  makeHome({ dir: home, threads })
  const bin = join(folder, 'bin')
  await mkdir(bin)
  const command = join(bin, 'threadstore')
  await writeFile(command, `#!/bin/sh\nexec ${process.execPath} ${cli} "$@"\n`)
  await chmod(command, 0o755)
  const shell = join(folder, 'shell')
  await writeFile(shell, "PS1='$ '\n")
  const path = `${bin}:${process.env['PATH'] ?? ''}`
  const env = { PATH: path, HOME: folder, TARGET: server.url, ENV: shell, TERM: 'xterm-256color' }
  await using screen = await openTmuxScreen({ columns: COLUMNS, rows: 24, env })
  await screen.showing(/^\$$/)
  await screen.type('threadstore migrate ~/.codex --target-env TARGET')
  // The bar goes when the work is done; it is shown as it was half-way.
  const [migrate = '', ...bar] = await screen.showing(/ [4-7]\d%/)
  await screen.showing(PROMPT)
  await screen.type('threadstore verify ~/.codex --target-env TARGET --read-back')
  await screen.showing(/ compared in /)
  const after = await screen.showing(PROMPT)
  const end = after.slice(1, -1)
  const lines = [migrate, ...bar, ...end]
  await writeFile(
    PICTURE,
    terminalSvg(lines, COLUMNS, 'A migration that is running, done and verified'),
  )
  process.stdout.write(`${lines.join('\n')}\n`)
})
