import { invalidRequest } from '../../../store/errors.js'
import type { Scope } from '../routes.js'

/** What a token is good for. */
export interface Grant {
  /** Names the token in logs; never the token itself. */
  readonly tokenId: string
  /** The namespace it is for. With a `*` at its end: every one that begins so. */
  readonly namespace: string
  readonly scopes: readonly Scope[]
}

/** Who a request comes from, and what it may do. */
export interface Principal extends Grant {
  /** The one namespace that the request is about. */
  readonly namespace: string
}

/** Where tokens are looked up. */
export interface TokenSource {
  /** What a token is good for; `null` for one that is not known. */
  find(token: string): Promise<Grant | null>
}

/** Whom a server without tokens serves: anybody who reaches it, with everything it has. */
export const anybody: Grant = {
  tokenId: 'none',
  namespace: '*',
  scopes: ['read', 'append', 'admin'],
}

/**
 * Who makes a request.
 * @param wanted - the namespace that the request names, if it does; otherwise it is the one of the
 *   grant, or `default` where that is among several
 */
export function principalWith(grant: Grant, wanted: string | undefined): Principal {
  const { namespace } = grant
  if (!namespace.endsWith('*')) {
    if (wanted === undefined || wanted === namespace) return grant
    throw notGranted(wanted)
  }
  const chosen = wanted ?? 'default'
  if (chosen.startsWith(namespace.slice(0, -1)) && /^[\w.-]{1,128}$/.test(chosen)) {
    return { ...grant, namespace: chosen }
  }
  throw notGranted(chosen)
}

function notGranted(namespace: string): Error {
  const shown = JSON.stringify(namespace.slice(0, 128))
  return invalidRequest('forbidden', `the token is not for the namespace ${shown}`)
}
