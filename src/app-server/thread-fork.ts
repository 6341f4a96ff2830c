import { cutForFork } from '../history/cut.js'
import type { CodexThread, ForkThreadOptions } from '../manager/index.js'
import type { JsonObject } from '../protocol/json.js'
import { textAt } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { StoredThread } from '../store/records.js'
import { apiSettings } from './api-settings.js'
import { apiThread } from './api-thread.js'
import { apiTurns } from './api-turn.js'
import { noRollout, telling } from './error-codes.js'
import { replayTokenUsage } from './replay-token-usage.js'
import { configParams, threadIdParam } from './request-params.js'
import { requireActive } from './require-thread.js'
import { invalidRequest } from './rpc-error.js'
import type { Request, ServerContext } from './server-context.js'
import { itemsOf } from './thread-read.js'
import { ephemeralRecord } from './thread-start.js'
import type { ThreadSession } from './thread-session.js'

/** `thread/fork`: the response, then the tokens counted so far, then `thread/started`. */
export async function threadFork(request: Request): Promise<void> {
  const { server, connection, params } = request
  const excludeTurns = params['excludeTurns'] === true
  await server.listState(async () => {
    const { session, record, items } = await fork(request)
    const ephemeral = session.thread.ephemeral
    const turns = excludeTurns ? [] : apiTurns(items)
    request.reply({
      thread: apiThread(record, session.status, turns, ephemeral),
      ...apiSettings(session.thread.config, server.cwd),
    })
    if (!excludeTurns) replayTokenUsage(connection, session, items)
    const thread: JsonObject = apiThread(record, session.status, [], ephemeral)
    server.broadcast('thread/started', { thread })
  })
}

interface Forked {
  readonly session: ThreadSession
  readonly record: StoredThread
  readonly items: readonly RolloutItem[]
}

async function fork({ server, connection, params }: Request): Promise<Forked> {
  const threadId = threadIdParam(params)
  const path = textAt(params, 'path') ?? ''
  const loaded = server.sessions.get(threadId)
  if (path === '' && (loaded?.fresh || loaded?.ephemeral)) {
    throw invalidRequest(noRollout(threadId))
  }
  const read: StoredThread[] = []
  const options: ForkThreadOptions = {
    config: configParams(server, params),
    ephemeral: params['ephemeral'] === true,
    threadSource: textAt(params, 'threadSource'),
    onRead: (stored) => read.push(stored),
  }
  const unknown = path === '' ? noRollout(threadId) : `no rollout found at ${path}`
  const thread = await telling({ what: 'read thread', unknown }, async () => {
    if (path !== '') return server.manager.forkThreadFromRollout(path, options)
    await requireActive(server, threadId)
    return server.manager.forkThread(threadId, options)
  })
  const [source] = read
  if (source === undefined) throw new TypeError('a fork was made without reading its source')
  const items = forkedItems(source)
  const record = await recordOfFork(server, thread, source)
  const ephemeral = thread.ephemeral ? { record, items } : null
  return {
    session: server.sessions.open(thread, connection, { fresh: false, ephemeral }),
    record,
    items,
  }
}

/** What a fork begins with: as much as it took from its source, and the end of a running turn. */
function forkedItems(source: StoredThread): readonly RolloutItem[] {
  const items = itemsOf(source)
  const { kept, appended } = cutForFork(items, { type: 'interrupted' })
  return [...items.slice(0, kept), ...appended]
}

/** The fork as it is stored; it goes by the name of its source until it gets one of its own. */
async function recordOfFork(
  server: ServerContext,
  thread: CodexThread,
  source: StoredThread,
): Promise<StoredThread> {
  if (thread.ephemeral) return ephemeralRecord(server, thread, source)
  const { threadId } = thread
  const patch = source.name === null ? {} : { name: source.name }
  return server.manager.updateThreadMetadata(threadId, patch)
}
