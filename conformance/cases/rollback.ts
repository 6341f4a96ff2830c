import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { compacted, rolledBack, tokenCount, turn } from '../build/items.js'
import { coldThread, liveThread } from '../build/threads.js'
import type { ConformanceCase } from '../case.js'
import { claims } from '../claims.js'
import { equal } from '../expect.js'
import { conversationOf } from '../observe.js'

const three = [
  ...turn('turn-1', 'one', 0),
  ...turn('turn-2', 'two', 10),
  ...turn('turn-3', 'three', 20),
]

async function turnIds(store: ThreadStore, threadId: string): Promise<string[]> {
  const page = await store.listTurns({ threadId, pageSize: 100, sortDirection: 'asc' })
  return page.turns.map((one) => one.turnId)
}

function foldCase(
  id: string,
  title: string,
  requirement: 'ROLL-2' | 'ROLL-3' | 'ROLL-4' | 'ROLL-5' | 'ROLL-6',
  items: readonly RolloutItem[],
  kept: readonly string[],
): ConformanceCase {
  return {
    id,
    title,
    requirements: [requirement],
    set: requirement === 'ROLL-2' ? 'smoke' : 'core',
    requires: claims('turns'),
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { items })
      equal(await turnIds(store, threadId), kept)
    },
  }
}

/** Rollback is an item like any other; only folding acts on it. */
export const rollbackCases: readonly ConformanceCase[] = [
  {
    id: 'rollback.marker-kept',
    title: 'a rollback keeps everything before it, and the marker',
    requirements: ['ROLL-1'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store, { items: three })
      await store.appendItems({ threadId, items: [rolledBack(2)] })
      await store.shutdownThread({ threadId })
      equal(await conversationOf(store, threadId), [...three, rolledBack(2)])
    },
  },
  {
    id: 'rollback.snapshot',
    title: 'a history read before a rollback stays what it was',
    requirements: ['ROLL-7'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store, { items: three })
      const before = await store.loadHistory({ threadId })
      const kept = structuredClone(before)
      await store.appendItems({ threadId, items: [rolledBack(3)] })
      await store.flushThread({ threadId })
      equal(before, kept)
    },
  },
  foldCase(
    'rollback.one',
    'folding a rollback drops the last turns',
    'ROLL-2',
    [...three, rolledBack(1)],
    ['turn-1', 'turn-2'],
  ),
  foldCase(
    'rollback.any-kind',
    'turns without a user message count like others',
    'ROLL-2',
    [
      ...three,
      ...turn('turn-4', 'x')
        .filter(({ type }) => type === 'turn_context' || type === 'event_msg')
        .filter((one) => !isUserMessage(one)),
      rolledBack(1),
    ],
    ['turn-1', 'turn-2', 'turn-3'],
  ),
  foldCase(
    'rollback.none',
    'a rollback of no turns drops none',
    'ROLL-2',
    [...three, rolledBack(0)],
    ['turn-1', 'turn-2', 'turn-3'],
  ),
  foldCase(
    'rollback.several',
    'each rollback drops turns of what still stood',
    'ROLL-3',
    [...three, rolledBack(1), tokenCount(1), rolledBack(1)],
    ['turn-1'],
  ),
  foldCase(
    'rollback.too-many',
    'a rollback of more turns than there are drops all',
    'ROLL-4',
    [...three, rolledBack(99)],
    [],
  ),
  foldCase(
    'rollback.across-compaction',
    'a rollback reaches across a compaction',
    'ROLL-5',
    [...three.slice(0, 16), compacted('summary'), ...turn('turn-3', 'three', 20), rolledBack(2)],
    ['turn-1', 'turn-2'],
  ),
  foldCase(
    'rollback.then-more',
    'turns after a rollback stand beside those that were kept',
    'ROLL-6',
    [...three, rolledBack(2), ...turn('turn-4', 'four', 30)],
    ['turn-1', 'turn-4'],
  ),
]

function isUserMessage({ payload }: RolloutItem): boolean {
  return JSON.stringify(payload).includes('"user_message"')
}
