import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.js'
import type { GitInfoPatch } from '../store/metadata-patch.js'
import { apiThread } from './api-thread.js'
import { telling } from './error-codes.js'
import { threadIdParam, trimmedParam } from './request-params.js'
import { invalidRequest } from './rpc-error.js'
import type { Request } from './server-context.js'

/** `thread/metadata/update`: sets, keeps and clears git facts, also of archived threads. */
export async function threadMetadataUpdate({ server, params, reply }: Request): Promise<void> {
  const threadId = threadIdParam(params)
  const gitInfo = gitInfoPatch(params['gitInfo'] ?? null)
  const doing = { what: 'update thread metadata', unknown: `thread not found: ${threadId}` }
  await server.listState(async () => {
    const stored = await telling(doing, () =>
      server.manager.updateThreadMetadata(threadId, { gitInfo }, true),
    )
    reply({ thread: apiThread(stored, server.sessions.statusOf(threadId)) })
  })
}

function gitInfoPatch(given: JsonValue): GitInfoPatch {
  const fields: JsonObject = isJsonObject(given) ? given : {}
  const patch = Object.fromEntries(
    (['sha', 'branch', 'originUrl'] as const)
      .filter((field) => fields[field] !== undefined)
      .map((field) => [field, factOf(field, fields[field] ?? null)]),
  )
  if (Object.keys(patch).length > 0) return patch
  throw invalidRequest('gitInfo must include at least one field')
}

function factOf(field: string, value: JsonValue): string | null {
  return typeof value === 'string' ? trimmedParam(value, `gitInfo.${field}`) : null
}
