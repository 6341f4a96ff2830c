import type { Argv } from 'yargs'
import { verbs } from './verbs.js'

/** Adds itself to a command line: its name, its options and what it does. */
export type Command = (yargs: Argv) => Argv

/**
 * Every command, in the order in which `--help` lists them. One file per command in this folder,
 * loaded when it is needed: what one command works with must not cost the others time and memory.
 */
const loaders: Readonly<Record<string, () => Promise<Command>>> = {
  scan: async () => (await import('./scan.js')).scanCommand,
  why: async () => (await import('./why.js')).whyCommand,
  migrate: async () => (await import('./migrate.js')).migrateCommand,
  verify: async () => (await import('./verify.js')).verifyCommand,
  status: async () => (await import('./status.js')).statusCommand,
  undo: async () => (await import('./undo.js')).undoCommand,
  threads: async () => (await import('./threads.js')).threadsCommand,
  turns: async () => (await import('./turns.js')).turnsCommand,
  conformance: async () => (await import('./conformance.js')).conformanceCommand,
  prove: async () => (await import('./prove.js')).proveCommand,
  replay: async () => (await import('./replay.js')).replayCommand,
  demo: async () => (await import('./demo.js')).demoCommand,
  serve: async () => (await import('./serve.js')).serveCommand,
  'app-server': async () => (await import('./app-server.js')).appServerCommand,
  schema: async () => (await import('./schema.js')).schemaCommand,
}

/** The first word of every command. */
export const commandNames: readonly string[] = Object.keys(loaders)

/** The second words of a command; none where it has none. */
export function verbsOf(name: string): readonly string[] {
  return new Map<string, readonly string[]>(Object.entries(verbs)).get(name) ?? []
}

/** The words of every command: `['threads', 'list']`. */
export const commandPaths: readonly (readonly string[])[] = commandNames.flatMap((name) =>
  verbsOf(name).length === 0 ? [[name]] : verbsOf(name).map((verb) => [name, verb]),
)

/** The words that name a command at the beginning of a command line; none where there is no such command. */
export function commandPath(argv: readonly string[]): readonly string[] {
  const [name = '', verb = ''] = argv
  if (!Object.hasOwn(loaders, name)) return []
  return verbsOf(name).includes(verb) ? [name, verb] : [name]
}

/** The command that a command line names; all of them when it names none. */
export async function commandsFor(argv: readonly string[]): Promise<readonly Command[]> {
  const [name] = argv
  const named = name !== undefined && Object.hasOwn(loaders, name) ? loaders[name] : undefined
  if (named !== undefined) return [await named()]
  return await Promise.all(Object.values(loaders).map(async (load) => load()))
}
