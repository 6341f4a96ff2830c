import { isJsonObject, type JsonObject } from '../../src/protocol/json.js'
import { rpcNotificationProblem, rpcResultProblem } from '../../src/protocol/validate-rpc.js'

/** Notifications of Codex that are about other things than threads. */
const others =
  /^(account|remoteControl|thread\/goal|deprecationNotice|configWarning|mcpServer|skills|app)/

/**
 * What is wrong with the shape of a message; `null` when nothing is. `asked` is the method that a
 * response answers, where it is known.
 */
export function shapeProblem(message: JsonObject, asked: string | undefined): string | null {
  const { method, params, result, error } = message
  if (typeof method === 'string') {
    if (others.test(method)) return null
    return named(method, rpcNotificationProblem(method, params))
  }
  if (error !== undefined) return named('error', errorProblem(error))
  return asked === undefined ? null : named(`response to ${asked}`, rpcResultProblem(asked, result))
}

function errorProblem(error: JsonObject[string]): string | null {
  if (!isJsonObject(error)) return 'is no object'
  if (!Number.isInteger(error['code'])) return 'has no code'
  return typeof error['message'] === 'string' ? null : 'has no message'
}

function named(what: string, problem: string | null): string | null {
  return problem === null ? null : `${what}: ${problem}`
}
