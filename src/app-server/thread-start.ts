import { isoMillis } from '../host/clock.js'
import type { CodexThread } from '../manager/index.js'
import type { JsonValue } from '../protocol/json.js'
import { textAt } from '../protocol/json.js'
import { newThreadRecord } from '../store/new-record.js'
import { bareThread, type StoredThread } from '../store/records.js'
import { apiSettings } from './api-settings.js'
import { apiThread } from './api-thread.js'
import { telling } from './error-codes.js'
import { configParams } from './request-params.js'
import type { Request, ServerContext } from './server-context.js'

/** `thread/start`: the response, then `thread/started`. */
export async function threadStart(request: Request): Promise<void> {
  const { server, connection, params, reply } = request
  const ephemeral = params['ephemeral'] === true
  const config = { cwd: server.cwd, ...configParams(server, params) }
  const dynamicTools = Array.isArray(params['dynamicTools'])
    ? (params['dynamicTools'] as JsonValue[])
    : []
  await server.listState(async () => {
    const thread = await telling({ what: 'start thread' }, () =>
      server.manager.startThread({
        config,
        ephemeral,
        dynamicTools,
        threadSource: textAt(params, 'threadSource'),
        historyMode: params['historyMode'] === 'paginated' ? 'paginated' : 'legacy',
      }),
    )
    const record = ephemeral ? ephemeralRecord(server, thread, null) : null
    const session = server.sessions.open(thread, connection, {
      fresh: true,
      ephemeral: record && { record, items: [] },
    })
    const stored = record ?? (await server.store.readThread({ threadId: thread.threadId }))
    const shown = apiThread(stored, session.status, [], ephemeral)
    reply({ thread: shown, ...apiSettings(thread.config, server.cwd) })
    server.broadcast('thread/started', { thread: shown })
  })
}

/** What the record of a thread would be, if it were stored. */
export function ephemeralRecord(
  server: ServerContext,
  thread: CodexThread,
  source: StoredThread | null,
): StoredThread {
  const { threadId, config } = thread
  const record = newThreadRecord(
    {
      threadId,
      source: 'vscode',
      forkedFromId: source?.threadId ?? null,
      metadata: {
        cwd: config.cwd,
        modelProvider: config.modelProvider,
        cliVersion: server.version,
      },
    },
    isoMillis(server.clock.now()),
  )
  return bareThread({ ...record, preview: source?.preview ?? '' })
}
