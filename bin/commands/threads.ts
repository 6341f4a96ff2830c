import type { Argv } from 'yargs'
import type { Command } from './index.js'
import { threadsExportCommand } from './threads-export.js'
import { threadsListCommand } from './threads-list.js'
import { threadsShowCommand } from './threads-show.js'
import { verbs } from './verbs.js'

const commands: Readonly<Record<(typeof verbs.threads)[number], Command>> = {
  list: threadsListCommand,
  show: threadsShowCommand,
  export: threadsExportCommand,
}

/** `threadstore threads`: looks at the threads of a store. */
export function threadsCommand(yargs: Argv): Argv {
  return yargs.command(
    'threads',
    'list, show and export the threads of a store',
    (options) =>
      verbs.threads
        .reduce((line, verb) => commands[verb](line), options)
        .demandCommand(1, `give one of ${verbs.threads.join(', ')}`),
    () => {},
  )
}
