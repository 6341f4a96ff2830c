import { buildSessionMeta } from '../history/session-meta.js'
import type { HistoryPosition, RolloutItem } from '../protocol/rollout-item.js'
import type { CreateThreadParams } from './params.js'
import type { ThreadRecord } from './records.js'

/**
 * The item every rollout begins with, as Codex writes it. `create` adds what only the creation of a
 * thread knows; a revert begins a rollout without it.
 */
export function sessionMetaItem(
  record: ThreadRecord,
  base: HistoryPosition | null,
  timestamp: string,
  create?: CreateThreadParams,
): RolloutItem {
  return {
    type: 'session_meta',
    timestamp,
    payload: buildSessionMeta({
      ...record,
      timestamp,
      originator: create?.metadata.originator ?? 'threadstore',
      baseInstructions: create?.baseInstructions ?? null,
      dynamicTools: create?.dynamicTools ?? [],
      historyBase: base,
    }),
  }
}
