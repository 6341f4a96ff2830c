/** System errors of a server that cannot be reached, or of a connection to it that broke. */
const systemCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
])

/** SQLSTATEs with which a server ends, or does not begin, a connection. */
const endingStates: ReadonlySet<string> = new Set([
  '53300', // too_many_connections
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
  '25P03', // idle_in_transaction_session_timeout
])

/** What the pg client says, without a code, of a connection that is gone or did not come. */
const clientTexts: readonly RegExp[] = [
  /^Connection terminated/,
  /^Client has encountered a connection error/,
  /^timeout expired$/,
  /^timeout exceeded when trying to connect$/,
]

/** The SQLSTATE or system code of an error, or `undefined`. */
export function codeOf(reason: unknown): string | undefined {
  if (typeof reason !== 'object' || reason === null || !('code' in reason)) return undefined
  return typeof reason.code === 'string' ? reason.code : undefined
}

/** Whether the connection is what failed, so that the statement itself may not have been judged. */
export function isConnectionError(reason: unknown): boolean {
  // Several addresses of one host were tried, and each refused.
  if (reason instanceof AggregateError) return reason.errors.some(isConnectionError)
  const code = codeOf(reason)
  if (code !== undefined) {
    return systemCodes.has(code) || endingStates.has(code) || code.startsWith('08')
  }
  return reason instanceof Error && clientTexts.some((text) => text.test(reason.message))
}

/**
 * Whether a connection pool between us and the server has mixed prepared statements up: it gives
 * each transaction another connection of its own.
 */
export function isPreparationError(reason: unknown): boolean {
  const code = codeOf(reason)
  return code === '26000' || code === '42P05'
}
