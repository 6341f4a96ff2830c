import type { Argv } from 'yargs'
import { migrateCommand } from './migrate.js'
import { schemaCommand } from './schema.js'
import { threadsCommand } from './threads.js'
import { verifyCommand } from './verify.js'

/** Adds itself to a command line: its name, its options and what it does. */
export type Command = (yargs: Argv) => Argv

/** Every command, in the order in which `--help` lists them. One file per command in this folder. */
export const commands: readonly Command[] = [
  migrateCommand,
  verifyCommand,
  threadsCommand,
  schemaCommand,
]
