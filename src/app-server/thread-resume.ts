import { isUserMessage, responseItem } from '../history/user-message.js'
import { type CodexThread, messageText, type ResumeThreadOptions } from '../manager/index.js'
import type { JsonObject, JsonValue } from '../protocol/json.js'
import { textAt } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { ThreadId } from '../protocol/thread-id.js'
import type { StoredThread } from '../store/records.js'
import { apiSettings } from './api-settings.js'
import { apiThread } from './api-thread.js'
import { apiTurns, type RunningTurns } from './api-turn.js'
import { noRollout, telling } from './error-codes.js'
import { replayTokenUsage } from './replay-token-usage.js'
import { resumeConfigParams, threadIdParam } from './request-params.js'
import { requireActive } from './require-thread.js'
import { invalidRequest } from './rpc-error.js'
import type { Request } from './server-context.js'
import { itemsOf, withRunningTurns } from './thread-read.js'
import type { ThreadSession } from './thread-session.js'

/**
 * `thread/resume`: loads a thread, or joins the clients of one that is loaded. The response, then
 * the tokens the history last counted.
 */
export async function threadResume(request: Request): Promise<void> {
  const { server, params } = request
  const threadId = threadIdParam(params)
  const session = server.sessions.get(threadId)
  // Its shutdown failed half-way; it has to succeed before anybody can go on.
  if (session?.halfClosed) {
    await telling({ what: 'close thread' }, () => server.sessions.close(session))
  } else if (session !== undefined) return joinSession(request, session)
  const history = params['history']
  const path = textAt(params, 'path') ?? ''
  if (Array.isArray(history)) return resumeItems(request, history as JsonValue[])
  return server.listState(() =>
    path === '' ? resumeById(request, threadId) : resumeByPath(request, path),
  )
}

async function resumeById(request: Request, threadId: ThreadId): Promise<void> {
  const { server } = request
  const doing = { what: 'read thread', unknown: noRollout(threadId) }
  await telling(doing, async () => {
    await requireActive(server, threadId)
    await load(request, (options) => server.manager.resumeThread(threadId, options))
  })
}

async function resumeByPath(request: Request, path: string): Promise<void> {
  const { manager } = request.server
  await telling({ what: 'read thread', unknown: `no rollout found at ${path}` }, () =>
    load(request, (options) => manager.resumeThreadFromRollout(path, options)),
  )
}

/** Response items that a client kept itself begin a thread of their own. */
async function resumeItems(request: Request, history: readonly JsonValue[]): Promise<void> {
  const { server, connection, params } = request
  if (history.length === 0) throw invalidRequest('history must not be empty')
  const items = history.map((payload): RolloutItem => ({ type: 'response_item', payload }))
  const config = { cwd: server.cwd, ...resumeConfigParams(server, params) }
  await server.listState(async () => {
    const thread = await telling({ what: 'resume thread' }, () =>
      server.manager.forkThreadFromHistory(items, { config }),
    )
    const { threadId } = thread
    const stored = await server.store.readThread({ threadId })
    const session = server.sessions.open(thread, connection)
    server.broadcast('thread/status/changed', { threadId, status: { ...session.status } })
    const preview = stored.preview || firstSaid(items)
    request.reply(loadedThread(request, session, { ...stored, preview }, items))
  })
}

/** The first thing the user said in response items; nothing in the record says it yet. */
function firstSaid(items: readonly RolloutItem[]): string {
  const responses = items.map(responseItem).filter((item) => item !== null)
  const first = responses.find(isUserMessage)
  return first === undefined ? '' : messageText(first)
}

/** Loads a thread and answers from what was read to do so. */
async function load(
  request: Request,
  resume: (options: ResumeThreadOptions) => Promise<CodexThread>,
): Promise<void> {
  const { server, connection, params } = request
  const config = resumeConfigParams(server, params)
  const read: StoredThread[] = []
  const thread = await resume({ config, onRead: (stored) => read.push(stored) })
  const known = server.sessions.get(thread.threadId)
  const [stored] = read
  // Somebody else was faster, or the path belongs to a thread that is loaded.
  if (known !== undefined || stored === undefined) {
    return joinSession(request, known ?? server.sessions.open(thread, connection))
  }
  const session = server.sessions.open(thread, connection)
  const { threadId } = thread
  server.broadcast('thread/status/changed', { threadId, status: { ...session.status } })
  request.reply(loadedThread(request, session, stored, itemsOf(stored)))
  if (params['excludeTurns'] !== true) replayTokenUsage(connection, session, itemsOf(stored))
}

/** Answers from the store, and lets what happens meanwhile wait until the answer is out. */
async function joinSession(request: Request, session: ThreadSession): Promise<void> {
  const { server, connection, params } = request
  const { threadId } = session.thread
  if (Array.isArray(params['history'])) {
    throw invalidRequest(
      `cannot resume thread ${threadId} with history while it is already running`,
    )
  }
  if (session.closing) {
    throw invalidRequest(
      `thread ${threadId} is closing; retry thread/resume after the thread is closed`,
    )
  }
  if (session.ephemeral || session.fresh) throw invalidRequest(noRollout(threadId))
  await requireSamePath(request, session)
  await session.inOrder(async () => {
    const read = { threadId, includeArchived: true, includeHistory: true }
    const doing = { what: 'read thread', unknown: noRollout(threadId) }
    const { stored, running } = await telling(doing, () =>
      withRunningTurns(session, () => server.store.readThread(read)),
    )
    server.sessions.open(session.thread, connection)
    request.reply(loadedThread(request, session, stored, itemsOf(stored), running))
    if (params['excludeTurns'] !== true) replayTokenUsage(connection, session, itemsOf(stored))
  })
}

async function requireSamePath({ params }: Request, { thread }: ThreadSession): Promise<void> {
  const path = textAt(params, 'path') ?? ''
  if (path === '') return
  const active = await thread.localRolloutPath()
  if (active === path) return
  throw invalidRequest(
    `cannot resume running thread ${thread.threadId} with stale path: requested \`${path}\`, active \`${active ?? ''}\``,
  )
}

function loadedThread(
  { server, params }: Request,
  session: ThreadSession,
  stored: StoredThread,
  items: readonly RolloutItem[],
  running?: RunningTurns,
): JsonObject {
  const { thread } = session
  const turns = params['excludeTurns'] === true ? [] : apiTurns(items, running)
  return {
    thread: apiThread(stored, session.status, turns),
    ...apiSettings(thread.config, server.cwd),
  }
}
