import type { CommandModule } from 'yargs'

/** Every command, in the order in which `--help` lists them. One file per command in this folder. */
export const commands: readonly CommandModule[] = []
