type LogMethod = (fields: Readonly<Record<string, unknown>>, message: string) => void

/**
 * The slice of a structured logger that this package calls. A pino instance fits as it is.
 * Log lines are for people; no code may depend on what they say.
 */
export interface Logger {
  readonly debug: LogMethod
  readonly info: LogMethod
  readonly warn: LogMethod
  readonly error: LogMethod
}

const ignore: LogMethod = () => {}

/** The default everywhere: a library does not write unless it was given somewhere to write to. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }
