import { platform } from 'node:process'
import { isJsonObject, type JsonObject, type JsonValue, textAt } from '../protocol/json.js'
import { invalidRequest } from './rpc-error.js'
import type { Request } from './server-context.js'

/** `initialize`: every other request comes after it. */
export async function initialize({ server, connection, params, reply }: Request): Promise<void> {
  if (connection.client !== null) throw invalidRequest('Already initialized')
  const client = params['clientInfo'] as JsonObject
  const name = textAt(client, 'name') ?? ''
  const version = textAt(client, 'version') ?? ''
  if (!/^[\t\x20-\x7e]*$/.test(name)) {
    throw invalidRequest(`Invalid clientInfo.name: '${name}'. Must be a valid HTTP header value.`)
  }
  connection.initialize({ name, version, optedOut: optedOut(params['capabilities'] ?? null) })
  reply({
    userAgent: `${name}/${server.version} (${platform}) threadstore (${name}; ${version})`,
    codexHome: server.codexHome,
    platformFamily: platform === 'win32' ? 'windows' : 'unix',
    platformOs: platform === 'darwin' ? 'macos' : platform === 'win32' ? 'windows' : platform,
  })
}

function optedOut(capabilities: JsonValue): ReadonlySet<string> {
  const methods = isJsonObject(capabilities) ? capabilities['optOutNotificationMethods'] : null
  return new Set(Array.isArray(methods) ? (methods as string[]) : [])
}
