import type { ThreadStoreError } from '../../../store/errors.js'
import { errorToWire } from '../../../store/wire-error.js'
import { jsonAnswer, type Answer } from './answer.js'

/** A request that is refused by the server itself, and not by the store. Its message is told as it is. */
export class Refusal extends Error {
  readonly status: number
  readonly error: ThreadStoreError
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    error: ThreadStoreError,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(error.message)
    this.status = status
    this.error = error
    this.headers = headers
  }

  get answer(): Answer {
    return jsonAnswer(errorToWire(this.error), this.status)
  }
}
