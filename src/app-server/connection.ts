import pLimit, { type LimitFunction } from 'p-limit'
import type { JsonObject } from '../protocol/json.js'
import { notificationMessage } from './message.js'

/** What a client said of itself. */
interface ClientInfo {
  readonly name: string
  readonly version: string
  /** Methods of notifications it does not want. */
  readonly optedOut: ReadonlySet<string>
}

/**
 * One peer of a server. Its requests are answered one after the other, in the order in which they
 * came; what it is told leaves in the order in which it was said.
 */
export class Connection {
  readonly inOrder: LimitFunction = pLimit(1)
  readonly #write: (message: JsonObject) => void
  #client: ClientInfo | null = null
  #open = true

  constructor(write: (message: JsonObject) => void) {
    this.#write = write
  }

  /** `null` until the peer has introduced itself. */
  get client(): ClientInfo | null {
    return this.#client
  }

  get isOpen(): boolean {
    return this.#open
  }

  initialize(client: ClientInfo): void {
    this.#client = client
  }

  /** Sends a message, unless the peer is gone. */
  send(message: JsonObject): void {
    if (this.#open) this.#write(message)
  }

  /** Tells a peer that has introduced itself and did not opt out. */
  notify(method: string, params: JsonObject): void {
    if (this.#client === null || this.#client.optedOut.has(method)) return
    this.send(notificationMessage(method, params))
  }

  close(): void {
    this.#open = false
  }
}
