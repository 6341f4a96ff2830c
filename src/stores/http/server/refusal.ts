import type { ThreadStoreError } from '../../../store/errors.js'
import { errorToWire } from '../../../store/wire-error.js'
import { printJson } from '../../../protocol/print-json.js'
import { type Answer } from './answer.js'

/** A request that is refused for how it is made, before anything it asks for is looked at. */
export class Refusal extends Error {
  readonly answer: Answer
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    error: ThreadStoreError,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(error.message)
    this.answer = { status, body: printJson(errorToWire(error)) }
    this.headers = headers
  }
}
