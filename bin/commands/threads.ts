import type { Argv } from 'yargs'
import { threadsExportCommand } from './threads-export.js'
import { threadsListCommand } from './threads-list.js'
import { threadsShowCommand } from './threads-show.js'

/** `threadstore threads`: looks at the threads of a store. */
export function threadsCommand(yargs: Argv): Argv {
  return yargs.command(
    'threads',
    'list, show and export the threads of a store',
    (options) =>
      [threadsListCommand, threadsShowCommand, threadsExportCommand]
        .reduce((commands, add) => add(commands), options)
        .demandCommand(1, 'give one of list, show, export'),
    () => {},
  )
}
