/** What the exit code of every command means. Scripts rely on it: add numbers, never change one. */
export const ExitCode = {
  /** Done and proven. */
  done: 0,
  /** Differences, failures or non-conformance were found. */
  different: 1,
  /** The command line or the input was wrong. */
  usage: 2,
  /** The source or the target could not be read or reached. */
  unreachable: 3,
  /** A bug of ours. */
  bug: 4,
  /** Done, but threads were busy or left out. */
  incomplete: 5,
  /** Nothing was executed. */
  nothingExecuted: 6,
  /** Interrupted; the same command resumes. */
  interrupted: 130,
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]
