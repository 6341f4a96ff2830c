/** The second words of the commands that have one, in the order in which `--help` lists them. */
export const verbs = { threads: ['list', 'show', 'export'] } as const
