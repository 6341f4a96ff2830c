import type { Argv } from 'yargs'
import { conformanceCommand } from './conformance.js'
import { appServerCommand } from './app-server.js'
import { demoCommand } from './demo.js'
import { migrateCommand } from './migrate.js'
import { scanCommand } from './scan.js'
import { proveCommand } from './prove.js'
import { replayCommand } from './replay.js'
import { schemaCommand } from './schema.js'
import { serveCommand } from './serve.js'
import { statusCommand } from './status.js'
import { threadsCommand } from './threads.js'
import { turnsCommand } from './turns.js'
import { undoCommand } from './undo.js'
import { verifyCommand } from './verify.js'
import { whyCommand } from './why.js'

/** Adds itself to a command line: its name, its options and what it does. */
export type Command = (yargs: Argv) => Argv

/** Every command, in the order in which `--help` lists them. One file per command in this folder. */
export const commands: readonly Command[] = [
  scanCommand,
  whyCommand,
  migrateCommand,
  verifyCommand,
  statusCommand,
  undoCommand,
  threadsCommand,
  turnsCommand,
  conformanceCommand,
  proveCommand,
  replayCommand,
  demoCommand,
  serveCommand,
  appServerCommand,
  schemaCommand,
]
