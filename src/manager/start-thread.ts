import { LiveThread } from '../live/live-thread.js'
import { LiveThreadInitGuard } from '../live/live-thread-init-guard.js'
import type { JsonObject, JsonValue } from '../protocol/json.js'
import type { HistoryMode, SessionSource, ThreadSource } from '../protocol/metadata.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { ThreadId } from '../protocol/thread-id.js'
import type { CreateThreadParams, HistoryBase } from '../store/params.js'
import { CodexThread } from './codex-thread.js'
import { isInternal, type ManagerHost } from './manager-host.js'
import { rebuildContext } from './model-context.js'
import { defaultConfig, type ThreadConfig } from './thread-config.js'
import { lastTokenUsage } from './token-usage.js'

/** How a thread begins. */
export interface StartThreadParams {
  readonly config?: Partial<ThreadConfig>
  /** @defaultValue `vscode`, as Codex has it */
  readonly source?: SessionSource
  readonly threadSource?: ThreadSource | null
  /** Only for subagents. */
  readonly parentThreadId?: ThreadId | null
  /** Nothing is stored. @defaultValue false */
  readonly ephemeral?: boolean
  /** @defaultValue `legacy` */
  readonly historyMode?: HistoryMode
  readonly dynamicTools?: readonly JsonValue[]
  readonly extraConfig?: JsonObject | null
}

/** What a thread begins with that is not its own. */
interface InheritedHistory {
  readonly forkedFromId: ThreadId | null
  /** Everything the thread begins with, copied or not. */
  readonly items: readonly RolloutItem[]
  /** Of these, what has to be written: all of it, or what follows the base. */
  readonly written: readonly RolloutItem[]
  readonly base: HistoryBase | null
}

const nothing: InheritedHistory = { forkedFromId: null, items: [], written: [], base: null }

/** Begins a thread, with a history or without one. */
export async function startThread(
  host: ManagerHost,
  threadId: ThreadId,
  params: StartThreadParams,
  inherited: InheritedHistory = nothing,
): Promise<CodexThread> {
  const { ephemeral = false, historyMode = 'legacy', source = 'vscode' } = params
  const config = { ...defaultConfig, ...host.config, ...params.config }
  const start = {
    threadId,
    historyMode,
    config,
    context: rebuildContext(inherited.items),
    tokens: lastTokenUsage(inherited.items),
    internal: isInternal(source),
  }
  if (ephemeral) return new CodexThread(host, { ...start, live: null })
  const create = await createParams(host, threadId, config, params, inherited)
  const opening = LiveThread.create(host, create, base(inherited))
  await using guard = new LiveThreadInitGuard(opening, host.logger)
  const live = await guard.opened
  await writeInherited(host, live, inherited)
  guard.commit()
  return new CodexThread(host, { ...start, live })
}

/** What the store will not see being appended and still describes the thread. */
function base(inherited: InheritedHistory): readonly RolloutItem[] {
  const { items, written } = inherited
  return inherited.base === null ? [] : items.slice(0, items.length - written.length)
}

/** A fork that could not be written to its end is taken back, where the store can. */
async function writeInherited(
  host: ManagerHost,
  live: LiveThread,
  inherited: InheritedHistory,
): Promise<void> {
  if (inherited.items.length === 0) return
  const { threadId } = live
  try {
    await live.appendCopied(inherited.written)
    await live.persist()
    await live.flush()
  } catch (reason) {
    await live.discard().catch(() => {})
    if (host.store.supports.delete) {
      await host.store.deleteThread({ threadId }).catch((error: unknown) => {
        host.logger.warn({ threadId, error }, 'a thread that could not be forked was left behind')
      })
    }
    throw reason
  }
}

async function createParams(
  host: ManagerHost,
  threadId: ThreadId,
  config: ThreadConfig,
  params: StartThreadParams,
  inherited: InheritedHistory,
): Promise<CreateThreadParams> {
  const { cwd, modelProvider, memoryMode, instructions } = config
  return {
    threadId,
    source: params.source ?? 'vscode',
    metadata: {
      cwd,
      modelProvider,
      memoryMode,
      cliVersion: host.cliVersion,
      originator: host.originator,
      // A thread without a directory must not get the facts of the process's own.
      gitInfo: cwd === null ? null : await host.gitInfo(cwd),
    },
    extraConfig: params.extraConfig ?? null,
    forkedFromId: inherited.forkedFromId,
    parentThreadId: params.parentThreadId ?? null,
    threadSource: params.threadSource ?? null,
    baseInstructions: instructions,
    dynamicTools: params.dynamicTools ?? [],
    historyMode: params.historyMode ?? 'legacy',
    ...(inherited.base === null ? {} : { base: inherited.base }),
  }
}
