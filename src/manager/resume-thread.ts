import { LiveThread, type ResumedThread } from '../live/live-thread.js'
import { LiveThreadInitGuard } from '../live/live-thread-init-guard.js'
import type { ThreadId } from '../protocol/thread-id.js'
import { CodexThread } from './codex-thread.js'
import { configOfThread } from './config-of-thread.js'
import { isInternal, type ManagerHost } from './manager-host.js'
import { rebuildContext } from './model-context.js'
import { defaultConfig, type ThreadConfig } from './thread-config.js'
import type { EventMsg } from './thread-event.js'
import type { ResumeThreadOptions } from './thread-manager.js'
import { lastTokenUsage } from './token-usage.js'

/** Loads a stored thread. Its history is read once. */
export async function resumeThread(
  host: ManagerHost,
  threadId: ThreadId,
  options: ResumeThreadOptions,
): Promise<CodexThread> {
  const resuming = LiveThread.resume(host, { threadId, includeArchived: true })
  const opened = resuming.then((resumed) => resumed.live)
  await using guard = new LiveThreadInitGuard(opened, host.logger)
  const resumed = await resuming
  const thread = loaded(host, resumed, options.config ?? {})
  options.onRead?.({ ...resumed.thread, history: resumed.history })
  guard.commit()
  return thread
}

function loaded(
  host: ManagerHost,
  { live, thread, history }: ResumedThread,
  config: Partial<ThreadConfig>,
): CodexThread {
  const { items } = history
  const used = { ...defaultConfig, ...host.config, ...configOfThread(thread, items), ...config }
  return new CodexThread(host, {
    threadId: thread.threadId,
    historyMode: thread.historyMode,
    config: used,
    notices: thread.model === null ? [] : modelNotices(thread.model, used.model),
    live,
    context: rebuildContext(items),
    tokens: lastTokenUsage(items),
    internal: isInternal(thread.source),
  })
}

/** A model that takes over from another one may understand the same history differently. */
function modelNotices(recorded: string, used: string): EventMsg[] {
  if (recorded === used) return []
  const message = `the thread was recorded with the model ${recorded} and goes on with ${used}`
  return [{ type: 'warning', message }]
}
