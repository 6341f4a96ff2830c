import { resolve } from 'node:path'
import type { ThreadConfig } from '../manager/index.js'
import { isJsonObject, type JsonObject, textAt } from '../protocol/json.js'
import { isThreadId, type ThreadId } from '../protocol/thread-id.js'
import { coreSandbox } from './api-words.js'
import { invalidRequest } from './rpc-error.js'
import type { ServerContext } from './server-context.js'

const PAGE_SIZE = 25
const PAGE_SIZE_MAX = 100

/** The thread a request is about. */
export function threadIdParam(params: JsonObject): ThreadId {
  const given = textAt(params, 'threadId') ?? ''
  const threadId = given.toLowerCase()
  if (isThreadId(threadId)) return threadId
  throw invalidRequest(`invalid thread id: ${given.slice(0, 100)} is no UUID`)
}

/** How many a page holds. */
export function limitParam(params: JsonObject): number {
  const { limit } = params
  return typeof limit === 'number' ? Math.min(Math.max(limit, 1), PAGE_SIZE_MAX) : PAGE_SIZE
}

/** A text that is not empty once it is trimmed. */
export function trimmedParam(text: string, what: string): string {
  const trimmed = text.trim()
  if (trimmed === '') throw invalidRequest(`${what} must not be empty`)
  return trimmed
}

/** An absolute path without detours; what is relative is so to the server's directory. */
export function pathParam(server: ServerContext, path: string): string {
  return resolve(server.cwd, path)
}

/** How a thread is to work, as far as a request says it. */
export function configParams(server: ServerContext, params: JsonObject): Partial<ThreadConfig> {
  const { approvalPolicy, sandbox, sandboxPolicy } = params
  const model = textAt(params, 'model')
  const modelProvider = textAt(params, 'modelProvider')
  const cwd = textAt(params, 'cwd')
  const instructions = textAt(params, 'baseInstructions')
  const effort = textAt(params, 'effort')
  return {
    ...(model === null ? {} : { model }),
    ...(modelProvider === null ? {} : { modelProvider }),
    ...(cwd === null ? {} : { cwd: pathParam(server, cwd) }),
    ...(instructions === null ? {} : { instructions }),
    ...(effort === null ? {} : { reasoningEffort: effort }),
    ...(typeof approvalPolicy === 'string' || isJsonObject(approvalPolicy)
      ? { approvalPolicy }
      : {}),
    ...(typeof sandbox === 'string' ? { sandboxPolicy: { type: sandbox } } : {}),
    ...(isJsonObject(sandboxPolicy) ? { sandboxPolicy: coreSandbox(sandboxPolicy) } : {}),
  }
}

/**
 * The same for a stored thread: a request that names a model or provider does not want the effort
 * that was chosen for another one.
 */
export function resumeConfigParams(
  server: ServerContext,
  params: JsonObject,
): Partial<ThreadConfig> {
  const given = configParams(server, params)
  const otherModel = given.model !== undefined || given.modelProvider !== undefined
  return otherModel ? { reasoningEffort: null, model: server.config.model, ...given } : given
}
