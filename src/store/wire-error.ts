import { isJsonObject } from '../protocol/json.js'
import {
  type ErrorReason,
  ThreadStoreError,
  type ThreadStoreErrorCode,
  type ThreadStoreErrorDetails,
  errorReasons,
} from './errors.js'

/** A `ThreadStoreError` as it crosses a wire. */
interface WireError {
  readonly code: ThreadStoreErrorCode
  readonly reason: ErrorReason
  readonly message: string
  readonly details?: Omit<ThreadStoreErrorDetails, 'reason'>
}

/** An error as data; causes and stacks stay where they are. */
export function errorToWire({ code, message, details }: ThreadStoreError): WireError {
  const { reason, ...more } = details
  return { code, reason, message, ...(Object.keys(more).length > 0 && { details: more }) }
}

/**
 * The error that `who` sent. Codes and reasons outside the closed lists become `INTERNAL`, so that
 * callers never meet one they cannot decide by.
 */
export function errorFromWire(value: unknown, who: string): ThreadStoreError {
  const known = knownWireError(value)
  if (known !== null) return known
  const shown = (JSON.stringify(value) ?? String(value)).slice(0, 300)
  return new ThreadStoreError(
    'INTERNAL',
    `${who} refused with an error whose code and reason are not in the contract: ${shown}`,
    { reason: 'foreign-error' },
  )
}

/** The error that was sent; `null` where no store sent it. */
export function knownWireError(value: unknown): ThreadStoreError | null {
  if (!isJsonObject(value)) return null
  const { code, reason, message, details } = value
  if (typeof code !== 'string' || !Object.hasOwn(errorReasons, code)) return null
  const known = code as ThreadStoreErrorCode
  const found = errorReasons[known].find((one) => one === reason)
  if (found === undefined || typeof message !== 'string') return null
  return new ThreadStoreError(known, message, { ...textsIn(details), reason: found })
}

const detailFields = ['threadId', 'owner', 'operation', 'path'] as const

function textsIn(details: unknown): Omit<ThreadStoreErrorDetails, 'reason'> {
  if (!isJsonObject(details)) return {}
  const texts = detailFields.flatMap((field) => {
    const text = details[field]
    return typeof text === 'string' ? [[field, text] as const] : []
  })
  return Object.fromEntries(texts)
}
