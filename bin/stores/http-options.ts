import type { HttpStoreOptions } from '../../src/stores/http/open-http-store.js'

/** How to open a store behind HTTP. A token that is not in the address is in the environment. */
export function httpOptions(address: {
  readonly url: string
  readonly token: string | null
  readonly namespace: string | null
}): HttpStoreOptions {
  const { url, namespace } = address
  const token = address.token ?? process.env['THREADSTORE_TOKEN'] ?? ''
  return { url, ...(token !== '' && { token }), ...(namespace !== null && { namespace }) }
}
