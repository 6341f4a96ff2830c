import { UsageError } from '../usage/usage-error.js'

/** Where a store is, as a command line says it. */
export type StoreAddress =
  | { readonly kind: 'memory' }
  /** A Codex home. */
  | { readonly kind: 'local'; readonly dir: string }
  /** A PostgreSQL database embedded in this process, in a folder. */
  | { readonly kind: 'pglite'; readonly dir: string; readonly namespace: string | null }
  | { readonly kind: 'postgres'; readonly url: string; readonly namespace: string | null }
  /** A store behind `threadstore serve`. */
  | {
      readonly kind: 'http'
      readonly url: string
      readonly token: string | null
      readonly namespace: string | null
    }

/** What an address may look like, for messages. */
const ADDRESS_FORMS =
  'a folder, local:DIR, pglite:DIR[?namespace=NAME], postgres://…[?namespace=NAME], http(s)://…[?namespace=NAME] or memory:'

/** Reads an address. What is no URL is a folder. */
export function parseStoreAddress(text: string): StoreAddress {
  // One letter before the colon is a Windows drive.
  const scheme = /^([a-z][a-z\d+.-]+):/i.exec(text)?.[1]?.toLowerCase()
  if (text === '') throw new UsageError(`a store is missing; give ${ADDRESS_FORMS}`)
  if (scheme === undefined) return { kind: 'local', dir: text }
  const rest = text.slice(scheme.length + 1)
  switch (scheme) {
    case 'memory':
      return { kind: 'memory' }
    case 'local':
      return { kind: 'local', dir: folder(rest, 'local:DIR') }
    case 'pglite': {
      const { path, namespace } = splitNamespace(rest)
      return { kind: 'pglite', dir: folder(path, 'pglite:DIR'), namespace }
    }
    case 'postgres':
    case 'postgresql':
      return postgresAddress(text)
    case 'http':
    case 'https':
      return httpAddress(text)
    default:
      throw new UsageError(`${scheme}: is no kind of store; give ${ADDRESS_FORMS}`)
  }
}

function folder(path: string, form: string): string {
  if (path === '') throw new UsageError(`${form} lacks its folder`)
  return path
}

function splitNamespace(text: string): { path: string; namespace: string | null } {
  const [path = '', query = ''] = text.split('?', 2)
  const namespace = new URLSearchParams(query).get('namespace')
  return { path, namespace: namespace === '' ? null : namespace }
}

/** The namespace is ours; the driver would take it for a setting of the server. */
function postgresAddress(text: string): StoreAddress {
  const { path, namespace } = splitNamespace(text)
  if (!URL.canParse(text)) throw new UsageError(`${redact(text)} is no valid URL`)
  const query = new URLSearchParams(text.split('?', 2)[1] ?? '')
  query.delete('namespace')
  const url = query.size > 0 ? `${path}?${query.toString()}` : path
  return { kind: 'postgres', url, namespace }
}

/** The token stands where URLs have a password, where it is hidden from whatever is shown. */
function httpAddress(text: string): StoreAddress {
  if (!URL.canParse(text)) throw new UsageError(`${redact(text)} is no valid URL`)
  const url = new URL(text)
  const token = decodeURIComponent(url.password)
  if (url.username !== '' && token === '') {
    throw new UsageError('a token in a URL stands where the password does: https://:TOKEN@host')
  }
  const other = [...url.searchParams.keys()].find((name) => name !== 'namespace')
  if (other !== undefined) {
    throw new UsageError(`${redact(text)}: ${other} is nothing a store behind HTTP knows`)
  }
  const namespace = url.searchParams.get('namespace') ?? ''
  const [address = ''] = url.href.replace(/^(https?:\/\/)[^/]*@/, '$1').split('?')
  return {
    kind: 'http',
    url: address,
    token: token === '' ? null : token,
    namespace: namespace === '' ? null : namespace,
  }
}

/** Text without the passwords that URLs in it carry, and without secret-looking parameters. */
export function redact(text: string): string {
  return text
    .replace(/([a-z][a-z\d+.-]*:\/\/[^\s/:@?]*):[^\s/?]*@/gi, '$1:***@')
    .replace(/([?&](?:password|sslpassword|passwd|token)=)[^&\s]*/gi, '$1***')
}
