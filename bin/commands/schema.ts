import type { Argv } from 'yargs'
import { examples } from '../usage/examples.js'
import { printResult } from '../terminal/output.js'
import { suggestion } from '../usage/suggestion.js'
import { schemas } from '../schemas.js'
import { UsageError } from '../usage/usage-error.js'

/** `threadstore schema`: the JSON Schema of every document that commands print. */
export function schemaCommand(yargs: Argv): Argv {
  return yargs.command(
    'schema [name]',
    'print a JSON Schema, or the names of all',
    (options) =>
      options
        .positional('name', { type: 'string', describe: 'which schema' })
        .epilogue(examples({ 'what `migrate --json` prints': 'schema migration-report' })),
    ({ name }) => {
      if (name === undefined) {
        for (const known of Object.keys(schemas)) printResult(known)
        return
      }
      const schema = new Map(Object.entries(schemas)).get(name)
      if (schema === undefined) {
        const names = Object.keys(schemas)
        const meant = suggestion(name, names) || `; there are ${names.join(', ')}`
        throw new UsageError(`there is no schema ${name}${meant}`)
      }
      printResult(JSON.stringify(schema, null, 2))
    },
  )
}
