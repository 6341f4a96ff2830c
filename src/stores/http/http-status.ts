import type { ErrorReason, ThreadStoreError, ThreadStoreErrorCode } from '../../store/errors.js'

const statusOfCode: Readonly<Record<ThreadStoreErrorCode, number>> = {
  THREAD_NOT_FOUND: 404,
  INVALID_REQUEST: 400,
  CONFLICT: 409,
  UNSUPPORTED: 501,
  RESOURCE_EXHAUSTED: 507,
  RETRYABLE: 503,
  OUTCOME_UNKNOWN: 502,
  INTERNAL: 500,
}

/** Reasons that HTTP has a better word for than for their code. */
const statusOfReason: Partial<Readonly<Record<ErrorReason, number>>> = {
  unauthorized: 401,
  forbidden: 403,
  'item-too-large': 413,
  'too-many-open': 429,
  timeout: 504,
}

/** The status an error is answered with. */
export function statusOf({ code, details }: ThreadStoreError): number {
  return statusOfReason[details.reason] ?? statusOfCode[code]
}

/** Statuses with a meaning of their own between our client and our server. */
export const HttpStatus = {
  ok: 200,
  /** A part of an import was taken. */
  accepted: 202,
  noContent: 204,
  /** The handle that the request names is not open. Nothing was done. */
  handleLost: 410,
  /** The request was meant for another instance, which may have carried it out. Nothing was done. */
  otherInstance: 412,
  /** With `retry-after`: the server did not look at the request. */
  unavailable: 503,
} as const
