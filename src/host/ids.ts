import { randomBytes } from 'node:crypto'
import { v7 } from 'uuid'

/** Where new identifiers come from. Passed in, so that a run can be repeated with the same ones. */
export interface IdSource {
  /** A UUIDv7. Ids from one source sort in the order they were made. */
  newThreadId(): string
  /** Names a turn, an item or a rollout. Callers must treat it as opaque. */
  newId(): string
  /** A secret nobody can guess: 256 bits, safe in a URL or a header. */
  newToken(): string
}

const TOKEN_BYTES = 32

/** Unique across machines, from the system's randomness. */
export const systemIds: IdSource = {
  newThreadId: () => v7(),
  newId: () => v7(),
  newToken: () => randomBytes(TOKEN_BYTES).toString('base64url'),
}
