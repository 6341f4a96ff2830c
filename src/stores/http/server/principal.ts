import type { Scope } from '../routes.js'

/** Who a request comes from, and what it may do. */
export interface Principal {
  /** Names the token in logs; never the token itself. */
  readonly tokenId: string
  readonly namespace: string
  readonly scopes: readonly Scope[]
}

/** Where tokens are looked up. */
export interface TokenSource {
  /** Who a token stands for; `null` for one that is not known. */
  find(token: string): Promise<Principal | null>
}

/** Whom a server without tokens serves: anybody who reaches it, with everything it has. */
export const anybody: Principal = {
  tokenId: 'none',
  namespace: 'default',
  scopes: ['read', 'append', 'admin'],
}
