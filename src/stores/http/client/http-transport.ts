/** A request as it goes out. */
export interface HttpRequest {
  readonly method: string
  /** Path and query, from the root of the server. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly signal?: AbortSignal
  /** How long the answer may take to begin, and then to go on. */
  readonly timeoutMs: number
}

/** An answer whose body is still on its way. */
export interface HttpResponse {
  readonly status: number
  header(name: string): string | undefined
  /** Must be read to its end, or left: then the connection is closed. */
  readonly body: AsyncIterable<Uint8Array>
}

/** What carries requests to one server. */
export interface HttpTransport {
  /** Rejects with `TransportError` for whatever keeps an answer from coming. */
  send(request: HttpRequest): Promise<HttpResponse>
  close(): Promise<void>
}

/** No answer came, or half of one. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  /** Whether the server may have seen the request. */
  readonly sent: boolean
  readonly timedOut: boolean

  constructor(
    message: string,
    facts: { readonly sent: boolean; readonly timedOut: boolean },
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.sent = facts.sent
    this.timedOut = facts.timedOut
  }
}
