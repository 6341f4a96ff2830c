import type { CommandModule } from 'yargs'

/** Every command, one file each, in the order in which `--help` lists them. */
export const commands: readonly CommandModule[] = []
