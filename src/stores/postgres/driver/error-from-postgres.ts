import { CommitUnknownError } from '../../../host/postgres.js'
import {
  type ErrorReason,
  ThreadStoreError,
  type ThreadStoreErrorCode,
} from '../../../store/errors.js'
import { codeOf, isConnectionError } from './connection-error.js'

type Verdict = readonly [code: ThreadStoreErrorCode, reason: ErrorReason]

/** What an SQLSTATE means to a caller; the longest entry that begins it decides. */
const verdicts: Readonly<Record<string, Verdict>> = {
  '25006': ['RETRYABLE', 'unavailable'], // read_only_sql_transaction: a standby, or maintenance
  '28': ['RETRYABLE', 'unavailable'], // invalid authorization
  '3D000': ['RETRYABLE', 'unavailable'], // invalid_catalog_name: no such database
  '40': ['RETRYABLE', 'contention'], // transaction rollback: serialization, deadlock
  '55P03': ['RETRYABLE', 'contention'], // lock_not_available
  '53': ['RESOURCE_EXHAUSTED', 'storage-full'], // insufficient resources
  '54': ['RESOURCE_EXHAUSTED', 'item-too-large'], // program limit exceeded
  '57014': ['RETRYABLE', 'timeout'], // query_canceled: statement_timeout
  XX001: ['INTERNAL', 'damaged'], // data_corrupted
  XX002: ['INTERNAL', 'damaged'], // index_corrupted
}

/**
 * Anything a driver throws as a `ThreadStoreError`; the cause is kept.
 * @param server - names the server in messages, without a password
 */
export function errorFromPostgres(reason: unknown, server: string): ThreadStoreError {
  if (ThreadStoreError.is(reason)) return reason
  if (reason instanceof CommitUnknownError) {
    return make(['OUTCOME_UNKNOWN', 'connection-lost'], `${server}: ${reason.message}`, reason)
  }
  const text = textOf(reason)
  if (isConnectionError(reason)) {
    return make(['RETRYABLE', 'unavailable'], `${server} cannot be reached: ${text}`, reason)
  }
  const code = codeOf(reason)
  const verdict = verdictOf(code)
  if (verdict) return make(verdict, `${server}: ${text} (${code})`, reason)
  return make(['INTERNAL', 'storage'], `${server}: ${text}${code ? ` (${code})` : ''}`, reason)
}

function verdictOf(code: string | undefined): Verdict | undefined {
  if (code === undefined) return undefined
  return verdicts[code] ?? verdicts[code.slice(0, 2)]
}

function textOf(reason: unknown): string {
  if (reason instanceof AggregateError && reason.message === '') return textOf(reason.errors[0])
  return reason instanceof Error ? reason.message : String(reason)
}

function make([code, why]: Verdict, message: string, cause: unknown): ThreadStoreError {
  return new ThreadStoreError(code, message, { reason: why }, { cause })
}
