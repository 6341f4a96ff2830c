/** Codes of JSON-RPC errors, as Codex uses them. */
export const RpcErrorCode = {
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  internal: -32_603,
} as const
export type RpcErrorCode = (typeof RpcErrorCode)[keyof typeof RpcErrorCode]

/** A request that is answered with an error. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: RpcErrorCode

  constructor(code: RpcErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export function invalidRequest(message: string): RpcError {
  return new RpcError(RpcErrorCode.invalidRequest, message)
}

export function notSupported(operation: string): RpcError {
  return new RpcError(RpcErrorCode.methodNotFound, `${operation} is not supported yet`)
}
