import type { Argv } from 'yargs'
import { examples } from '../usage/examples.js'
import { demo } from '../demo/demo.js'

/** `threadstore demo`: the main job, on a recorded home. */
export function demoCommand(yargs: Argv): Argv {
  return yargs.command(
    'demo',
    'migrate a recorded Codex home into an embedded database, and prove it',
    (options) =>
      options
        .option('json', {
          type: 'boolean',
          default: false,
          describe: 'print a document instead of text',
        })
        .epilogue(examples({ 'the whole path on bundled data': 'demo' })),
    async ({ json }) => {
      process.exitCode = await demo(json)
    },
  )
}
