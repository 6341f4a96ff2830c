import { ThreadRuntimeError } from '../manager/index.js'
import { ThreadStoreError } from '../store/errors.js'
import { invalidRequest, notSupported, RpcError, RpcErrorCode } from './rpc-error.js'

/** What a request was about to do, for the words of its error. */
interface Doing {
  /** Completes `failed to …`. */
  readonly what: string
  /** The message for a thread that the store does not know. */
  readonly unknown?: string
  /** The message for a thread that is archived and must not be. */
  readonly archived?: string
  /** The message for a thread that is not archived and has to be. */
  readonly notArchived?: string
  /** The message for a running turn that is in the way. */
  readonly turnRunning?: string
}

/** The words with which Codex says that a thread is nowhere. */
export function noRollout(threadId: string): string {
  return `no rollout found for thread id ${threadId}`
}

export function noArchivedRollout(threadId: string): string {
  return `no archived rollout found for thread id ${threadId}`
}

/** Does something; what goes wrong is told in the words in which Codex tells it. */
export async function telling<T>(doing: Doing, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (reason) {
    throw rpcErrorOf(reason, doing)
  }
}

/** Anything thrown, as the error a request is answered with. */
export function rpcErrorOf(reason: unknown, doing: Doing): RpcError {
  if (reason instanceof RpcError) return reason
  if (ThreadStoreError.is(reason)) return ofStore(reason, doing)
  if (reason instanceof ThreadRuntimeError) return ofRuntime(reason, doing)
  return failed(reason, doing)
}

function ofStore(error: ThreadStoreError, doing: Doing): RpcError {
  const { message, details } = error
  switch (error.code) {
    case 'THREAD_NOT_FOUND':
      return doing.unknown === undefined ? failed(error, doing) : invalidRequest(doing.unknown)
    case 'INVALID_REQUEST':
      if (details.reason === 'archived') return invalidRequest(doing.archived ?? message)
      if (details.reason === 'not-archived') return invalidRequest(doing.notArchived ?? message)
      return invalidRequest(message)
    case 'CONFLICT':
      return invalidRequest(message)
    case 'UNSUPPORTED':
      return details.operation === undefined
        ? new RpcError(RpcErrorCode.methodNotFound, message, { cause: error })
        : notSupported(snakeCase(details.operation))
    case 'RESOURCE_EXHAUSTED':
    case 'RETRYABLE':
    case 'OUTCOME_UNKNOWN':
    case 'INTERNAL':
      return failed(error, doing)
  }
}

function ofRuntime(error: ThreadRuntimeError, doing: Doing): RpcError {
  const { message, code, reason } = error
  if (reason === 'turn-running') return invalidRequest(doing.turnRunning ?? message)
  switch (code) {
    case 'INVALID_REQUEST':
    case 'CONFLICT':
      return invalidRequest(message)
    case 'UNSUPPORTED':
      return new RpcError(RpcErrorCode.methodNotFound, message, { cause: error })
    case 'INTERNAL':
      return failed(error, doing)
  }
}

function failed(reason: unknown, doing: Doing): RpcError {
  const text = reason instanceof Error ? reason.message : String(reason)
  return new RpcError(RpcErrorCode.internal, `failed to ${doing.what}: ${text}`, { cause: reason })
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
