import { isJsonObject, type JsonObject, textAt } from '../protocol/json.js'
import { parseJson } from '../protocol/parse-json.js'
import type { TurnItemsView } from '../protocol/turn.js'
import { type ApiTurn, apiTurns, viewOfTurn } from './api-turn.js'
import { telling } from './error-codes.js'
import { limitParam, threadIdParam } from './request-params.js'
import { invalidRequest } from './rpc-error.js'
import type { Request } from './server-context.js'
import { itemsOf, withRunningTurns } from './thread-read.js'

/** `thread/turns/list`: a page of turns. A cursor names the turn that the page begins at. */
export async function threadTurnsList({ server, params, reply }: Request): Promise<void> {
  const threadId = threadIdParam(params)
  const session = server.sessions.get(threadId)
  if (session?.ephemeral) {
    throw invalidRequest('ephemeral threads do not support thread/turns/list')
  }
  if (session?.fresh) {
    throw invalidRequest(
      `thread ${threadId} is not materialized yet; thread/turns/list is unavailable before first user message`,
    )
  }
  const unknown = `thread not loaded: ${threadId}`
  const read = { threadId, includeArchived: true, includeHistory: true }
  const { stored, running } = await telling({ what: 'read thread', unknown }, () =>
    withRunningTurns(session, () => server.store.readThread(read)),
  )
  reply(page(apiTurns(itemsOf(stored), running), params))
}

function page(turns: readonly ApiTurn[], params: JsonObject): JsonObject {
  const ordered = params['sortDirection'] === 'asc' ? turns : turns.toReversed()
  const view = (textAt(params, 'itemsView') ?? 'summary') as TurnItemsView
  const start = startOf(ordered, textAt(params, 'cursor'))
  const data = ordered.slice(start, start + limitParam(params))
  const [first] = data
  const last = data.at(-1)
  const more = start + data.length < ordered.length
  return {
    data: data.map((turn) => viewOfTurn(turn, view)),
    nextCursor: last !== undefined && more ? cursorAt(last, false) : null,
    backwardsCursor: first === undefined ? null : cursorAt(first, true),
  }
}

function cursorAt(turn: ApiTurn, includeAnchor: boolean): string {
  return JSON.stringify({ turnId: turn.id, includeAnchor })
}

function startOf(ordered: readonly ApiTurn[], cursor: string | null): number {
  if (cursor === null) return 0
  const anchor = parseJson(cursor)
  const turnId = isJsonObject(anchor) ? textAt(anchor, 'turnId') : null
  if (!isJsonObject(anchor) || turnId === null) throw invalidRequest(`invalid cursor: ${cursor}`)
  const index = ordered.findIndex(({ id }) => id === turnId)
  if (index < 0) throw invalidRequest('invalid cursor: anchor turn is no longer present')
  return anchor['includeAnchor'] === true ? index : index + 1
}
