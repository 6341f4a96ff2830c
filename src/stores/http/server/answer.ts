import { printJson } from '../../../protocol/print-json.js'
import { type ErrorReason, ThreadStoreError } from '../../../store/errors.js'
import { errorToWire } from '../../../store/wire-error.js'
import { HttpStatus, statusOf } from '../http-status.js'

/** What a request is answered with, so that it can be kept and given again. */
export interface Answer {
  readonly status: number
  /** JSON; `null` for none. */
  readonly body: string | null
}

export function jsonAnswer(value: unknown, status: number = HttpStatus.ok): Answer {
  return { status, body: printJson(value) }
}

export const nothing: Answer = { status: HttpStatus.noContent, body: null }

/** Reasons whose messages tell of the machine behind the server, which is nobody’s business. */
const inward: ReadonlySet<ErrorReason> = new Set(['foreign-error', 'storage', 'unavailable'])

/** How an error is answered: never with a stack, nor with what only the operator may know. */
export function errorAnswer(reason: unknown, requestId: string): Answer {
  const error = ThreadStoreError.from(reason, 'the request')
  const wire = errorToWire(error)
  const message = inward.has(wire.reason)
    ? `the store behind the server failed; its log says more about request ${requestId}`
    : wire.message
  return jsonAnswer({ ...wire, message }, statusOf(error))
}
