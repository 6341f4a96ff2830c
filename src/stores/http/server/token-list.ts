import { createHash, timingSafeEqual } from 'node:crypto'
import { parseJson } from '../../../protocol/parse-json.js'
import { httpProblem } from '../../../protocol/validate.js'
import { invalidRequest } from '../../../store/errors.js'
import type { Scope } from '../routes.js'
import type { Grant } from './principal.js'

/** A token as a file lists it: its hash, so that who reads the file cannot use it. */
interface TokenEntry {
  readonly id: string
  /** SHA-256 of the token, lower-case hex. */
  readonly sha256: string
  /** With a `*` at its end: every one that begins so. @defaultValue `default` */
  readonly namespace?: string
  readonly scopes: readonly Scope[]
}

/** Tokens that were read and can be looked up. */
export interface TokenList {
  readonly grants: readonly Grant[]
  find(token: string): Grant | null
}

/** Reads a list of tokens: `{ "tokens": [{ "id", "sha256", "namespace", "scopes" }] }`. */
export function parseTokenList(text: string): TokenList {
  const value = parseJson(text)
  if (value === undefined) throw refused('it is not JSON')
  const problem = httpProblem('tokenList', value)
  if (problem !== null) throw refused(`${problem.path || 'it'} ${problem.message}`)
  const { tokens } = value as unknown as { readonly tokens: readonly TokenEntry[] }
  const repeated = tokens.find(({ id }, index) => tokens.findIndex((t) => t.id === id) < index)
  if (repeated !== undefined) throw refused(`two tokens have the id ${repeated.id}`)
  const known = tokens.map((entry) => ({
    hash: Buffer.from(entry.sha256, 'hex'),
    grant: {
      tokenId: entry.id,
      namespace: entry.namespace ?? 'default',
      scopes: entry.scopes,
    },
  }))
  return {
    grants: known.map(({ grant }) => grant),
    find: (token) => {
      const hash = createHash('sha256').update(token).digest()
      // Every entry is compared, each in constant time: how long it takes says nothing of a token.
      return known.reduce<Grant | null>(
        (found, entry) => (timingSafeEqual(entry.hash, hash) ? entry.grant : found),
        null,
      )
    },
  }
}

function refused(why: string): Error {
  return invalidRequest('malformed-params', `the list of tokens cannot be used: ${why}`)
}
