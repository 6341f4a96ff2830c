import type { JsonValue } from '../protocol/json.js'

/** Why a model did not answer. Closed, so that nobody has to match on messages. */
export type ModelErrorReason =
  | 'unauthorized'
  | 'bad-request'
  | 'context-window'
  | 'quota'
  | 'rate-limited'
  | 'overloaded'
  | 'server'
  | 'unreachable'
  | 'disconnected'
  | 'timeout'
  | 'incomplete'

/** How Codex names the reasons in its `error` events. */
const errorInfo: Readonly<Record<ModelErrorReason, JsonValue>> = {
  unauthorized: 'unauthorized',
  'bad-request': 'bad_request',
  'context-window': 'context_window_exceeded',
  quota: 'usage_limit_exceeded',
  'rate-limited': { response_too_many_failed_attempts: { http_status_code: 429 } },
  overloaded: 'server_overloaded',
  server: 'internal_server_error',
  unreachable: { http_connection_failed: { http_status_code: null } },
  disconnected: { response_stream_disconnected: { http_status_code: null } },
  timeout: { response_stream_disconnected: { http_status_code: null } },
  incomplete: 'other',
}

/** Reasons that may be gone when the same request is made again. */
const passing: ReadonlySet<ModelErrorReason> = new Set([
  'rate-limited',
  'overloaded',
  'server',
  'unreachable',
  'disconnected',
  'timeout',
])

/** A model that could not be asked, or did not finish its answer. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly reason: ModelErrorReason
  /** What the server asked to wait before the next try; `null` when it did not say. */
  readonly retryAfterMs: number | null

  constructor(
    reason: ModelErrorReason,
    message: string,
    options: ErrorOptions & { readonly retryAfterMs?: number | null } = {},
  ) {
    super(message, options)
    this.reason = reason
    this.retryAfterMs = options.retryAfterMs ?? null
  }

  get retryable(): boolean {
    return passing.has(this.reason)
  }

  /** The `codex_error_info` of an `error` event about this. */
  get codexErrorInfo(): JsonValue {
    return errorInfo[this.reason]
  }
}
