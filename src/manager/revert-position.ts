import { createTurnFolder } from '../history/fold-turns.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { ThreadId } from '../protocol/thread-id.js'
import type { HistoryBase } from '../store/params.js'
import type { ThreadStore } from '../store/thread-store.js'
import { ThreadRuntimeError } from './thread-runtime-error.js'

/** Where a thread's history has to end so that a turn and all that follows is gone. */
export async function revertPosition(
  store: ThreadStore,
  threadId: ThreadId,
  beforeTurnId: string,
): Promise<HistoryBase> {
  const { historyMode, history } = await store.readThread({
    threadId,
    includeArchived: true,
    includeHistory: true,
  })
  if (historyMode !== 'paginated' || !history?.position) {
    const message = `thread ${threadId} does not use paginated history`
    throw new ThreadRuntimeError('unsupported', message)
  }
  const endOrdinalExclusive = startOf(history.items, beforeTurnId)
  return { rolloutId: history.position.rolloutId, endOrdinalExclusive }
}

function startOf(items: readonly RolloutItem[], turnId: string): number {
  const folder = createTurnFolder('notLoaded')
  let start: number | null = null
  for (const [index, item] of items.entries()) {
    folder.push(item, item.ordinal ?? index)
    const turn = folder.current()
    if (turn?.turnId === turnId) start = turn.explicit ? turn.startOrdinal : null
  }
  if (!folder.finish().some((turn) => turn.turnId === turnId)) {
    throw new ThreadRuntimeError('unknown-turn', `turn not found: ${turnId}`)
  }
  if (start !== null) return start
  const message = `turn ${turnId} does not have a persisted start boundary`
  throw new ThreadRuntimeError('unknown-turn', message)
}
