import { ThreadStoreError, type ErrorReason } from '../../src/index.js'
import { ExitCode } from './exit-codes.js'
import { UsageError } from './usage-error.js'

/** A store cannot be reached or read. The message says which and why. */
export class UnreachableError extends Error {
  override readonly name: string = 'UnreachableError'
}

/** A command refuses to begin. The message says why, and nothing has changed. */
export class NothingDoneError extends Error {
  override readonly name: string = 'NothingDoneError'
}

/** Reasons that say something of the place a store is in, not of the call. */
const outOfReach: ReadonlySet<ErrorReason> = new Set([
  'unavailable',
  'timeout',
  'connection-lost',
  'schema-version',
  'storage-full',
  'unauthorized',
  'forbidden',
])

/** What a command that failed leaves behind: one line for people, and its exit code. */
interface Failure {
  readonly message: string
  readonly code: ExitCode
}

/** Sorts anything thrown into the exit codes. */
export function failureOf(error: unknown): Failure {
  // What went wrong first is what went wrong; closing what is broken then fails as well.
  if (error instanceof Error && error.name === 'SuppressedError' && 'suppressed' in error) {
    return failureOf(error.suppressed)
  }
  if (error instanceof UsageError) {
    return { message: error.message, code: ExitCode.usage }
  }
  if (error instanceof UnreachableError) {
    return { message: error.message, code: ExitCode.unreachable }
  }
  if (error instanceof NothingDoneError) {
    return { message: error.message, code: ExitCode.nothingExecuted }
  }
  if (ThreadStoreError.is(error)) return storeFailure(error)
  if (error instanceof Error && error.name === 'AbortError') {
    return { message: 'interrupted', code: ExitCode.interrupted }
  }
  const shown = error instanceof Error ? error.stack : String(error)
  return { message: `internal error: ${shown}`, code: ExitCode.bug }
}

function storeFailure(error: ThreadStoreError): Failure {
  const { message, code, details } = error
  if (details.reason === 'aborted') return { message: 'interrupted', code: ExitCode.interrupted }
  if (outOfReach.has(details.reason)) return { message, code: ExitCode.unreachable }
  switch (code) {
    case 'THREAD_NOT_FOUND':
    case 'INVALID_REQUEST':
    case 'UNSUPPORTED':
      return { message, code: ExitCode.usage }
    case 'CONFLICT':
    case 'RETRYABLE':
    case 'OUTCOME_UNKNOWN':
    case 'RESOURCE_EXHAUSTED':
      return { message, code: ExitCode.different }
    case 'INTERNAL':
      return details.reason === 'foreign-error'
        ? { message: `internal error: ${error.stack}`, code: ExitCode.bug }
        : { message, code: ExitCode.unreachable }
  }
}
