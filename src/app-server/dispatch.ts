import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.js'
import { rpcParamsProblem } from '../protocol/validate-rpc.js'
import type { Connection } from './connection.js'
import { rpcErrorOf } from './error-codes.js'
import { errorMessage, readMessage, type RequestId, responseMessage } from './message.js'
import { methods } from './methods.js'
import { invalidRequest, RpcErrorCode } from './rpc-error.js'
import type { Method, ServerContext } from './server-context.js'

/** Answers one line of a peer. Never rejects, whatever the line is. */
export async function dispatch(
  server: ServerContext,
  connection: Connection,
  line: string,
): Promise<void> {
  const message = readMessage(line)
  switch (message.kind) {
    case 'notification':
      return
    case 'noise':
      // Codex does not answer these either: there is no id to answer under.
      server.logger.warn({ problem: message.problem }, 'a message is left out')
      return
    case 'invalid': {
      const text = `Invalid request: ${message.problem}`
      connection.send(errorMessage(message.id, RpcErrorCode.invalidRequest, text))
      return
    }
    case 'request':
      await answer(server, connection, message)
  }
}

interface AskedFor {
  readonly id: RequestId
  readonly method: string
  readonly params: JsonValue | undefined
}

async function answer(
  server: ServerContext,
  connection: Connection,
  { id, method, params }: AskedFor,
): Promise<void> {
  let replied = false
  const reply = (result: JsonObject): void => {
    if (replied) return
    replied = true
    connection.send(responseMessage(id, result))
  }
  try {
    const run = admitted(connection, method)
    await run({ server, connection, params: checkedParams(method, params), reply })
    if (!replied) throw new TypeError(`${method} was not answered`)
  } catch (reason) {
    const { code, message } = rpcErrorOf(reason, { what: `answer ${method}` })
    if (code === RpcErrorCode.internal) server.logger.error({ error: reason, method }, message)
    if (replied) return
    replied = true
    connection.send(errorMessage(id, code, message))
  }
}

function admitted(connection: Connection, method: string): Method {
  if (connection.client === null && method !== 'initialize') {
    throw invalidRequest('Not initialized')
  }
  const run = methods.get(method)
  if (run !== undefined) return run
  const known = [...methods.keys()].map((name) => `\`${name}\``).join(', ')
  const shown = method.slice(0, 200)
  throw invalidRequest(`Invalid request: unknown variant \`${shown}\`, expected one of ${known}`)
}

function checkedParams(method: string, params: JsonValue | undefined): JsonObject {
  if (params === undefined) throw invalidRequest('Invalid request: missing field `params`')
  const problem = rpcParamsProblem(method, params)
  if (problem === null && isJsonObject(params)) return params
  throw invalidRequest(`Invalid request: ${problem ?? 'params are no object'}`)
}
