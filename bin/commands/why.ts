import type { Argv } from 'yargs'
import { examples } from '../usage/examples.js'
import { defaultHome } from '../stores/default-home.js'
import { ExitCode } from '../usage/exit-codes.js'
import { openHome } from '../stores/open-store.js'
import { printResult } from '../terminal/output.js'
import { packageVersion } from '../package-version.js'
import { explanationLines, missedLines } from '../home/why-summary.js'

/** `threadstore why`: where a thread is, and why Codex does not show it. */
export function whyCommand(yargs: Argv): Argv {
  return yargs.command(
    'why <thread>',
    'say where a thread of a Codex home is, and why Codex does not show it',
    (options) =>
      options
        .positional('thread', {
          type: 'string',
          demandOption: true,
          describe: 'its id, the beginning of its id, or its name',
        })
        .options({
          home: { type: 'string', describe: 'the home  [default: ~/.codex]' },
          json: { type: 'boolean', default: false, describe: 'print a document instead of text' },
        })
        .epilogue(
          examples({
            'by its name': "why 'invoice parser'",
            'by the beginning of its id': 'why 019f --home ./old',
          }),
        ),
    async ({ thread: asked, home = defaultHome(), json }) => {
      await using opened = await openHome(home)
      const found = await opened.store.explain(asked)
      process.exitCode = found.thread === null ? ExitCode.different : ExitCode.done
      const lines =
        found.thread === null ? missedLines(asked, found) : explanationLines(found.thread)
      const header = { schema: 'threadstore/why-report/1', version: packageVersion(), home, asked }
      if (json) printResult(JSON.stringify({ ...header, ...found }, null, 2))
      else for (const line of lines) printResult(line)
    },
  )
}
