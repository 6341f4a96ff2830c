import { readSessionMeta } from '../history/session-meta.js'
import type { HistoryMode } from '../protocol/metadata.js'
import type { HistoryPosition, RolloutItem } from '../protocol/rollout-item.js'
import type { ThreadId } from '../protocol/thread-id.js'
import type { HistoryBase } from '../store/params.js'
import type { StoredThread } from '../store/records.js'
import type { CodexThread } from './codex-thread.js'
import { configOfThread } from './config-of-thread.js'
import { cutForFork, type ForkSnapshot } from '../history/cut.js'
import type { ManagerHost } from './manager-host.js'
import { startThread, type StartThreadParams } from './start-thread.js'
import type { ThreadConfig } from './thread-config.js'

/** A history to fork from. */
export interface ForkSource {
  readonly forkedFromId: ThreadId | null
  readonly historyMode: HistoryMode
  readonly items: readonly RolloutItem[]
  /** Where it ends in the store; `null` when it cannot be referred to. */
  readonly position: HistoryPosition | null
  readonly config: Partial<ThreadConfig>
}

/** A stored thread's history, which was read with it. */
export function sourceOfThread(thread: StoredThread): ForkSource {
  const { threadId, history } = thread
  const items = history?.items ?? []
  return {
    forkedFromId: threadId,
    historyMode: modeOf(thread.historyMode),
    items,
    position: history?.position ?? null,
    config: configOfThread(thread, items),
  }
}

/** A history that comes from somewhere else. Its first session_meta says whose it is. */
export function sourceOfItems(items: readonly RolloutItem[]): ForkSource {
  const meta = items.map(readSessionMeta).find((found) => found !== null)
  return {
    forkedFromId: meta?.threadId ?? null,
    historyMode: modeOf(meta?.historyMode ?? 'legacy'),
    items,
    position: null,
    config: {},
  }
}

/**
 * Begins a thread with a snapshot of a history: by reference where the store can and the history
 * has ordinals, else as a copy.
 */
export async function forkThread(
  host: ManagerHost,
  threadId: ThreadId,
  source: ForkSource,
  snapshot: ForkSnapshot,
  params: StartThreadParams,
): Promise<CodexThread> {
  const cut = cutForFork(source.items, snapshot)
  const kept = source.items.slice(0, cut.kept)
  // A copy is numbered anew by the thread it goes into.
  const items = [...kept, ...cut.appended].map(withoutOrdinal)
  const base = params.ephemeral || kept.length === 0 ? null : baseOf(host, source, cut.kept)
  return startThread(
    host,
    threadId,
    {
      ...params,
      // What is kept of a turn depends on how its history is written, so a copy is written alike.
      historyMode: source.historyMode,
      config: { ...source.config, ...params.config },
    },
    {
      forkedFromId: source.forkedFromId,
      items,
      written: base === null ? items : cut.appended,
      base,
    },
  )
}

function baseOf(host: ManagerHost, source: ForkSource, kept: number): HistoryBase | null {
  const { position, items } = source
  if (!host.store.supports.lineage || source.historyMode !== 'paginated') return null
  if (position === null) return null
  const { rolloutId } = position
  const endOrdinalExclusive = items[kept]?.ordinal ?? position.endOrdinalExclusive
  return { rolloutId, endOrdinalExclusive }
}

function withoutOrdinal(item: RolloutItem): RolloutItem {
  const { ordinal: _ordinal, ...rest } = item
  return rest
}

/** A history in a mode nobody here knows was refused when it was read. */
function modeOf(historyMode: string): HistoryMode {
  return historyMode === 'paginated' ? 'paginated' : 'legacy'
}
