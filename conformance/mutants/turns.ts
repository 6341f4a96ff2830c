import { isJsonObject } from '../../src/protocol/json.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { foldTurns } from '../../src/history/fold-turns.js'
import { turnPage } from '../../src/store/paging.js'
import { claims } from '../claims.js'
import { afterwards, altered, answering, withItems } from './alter.js'
import type { Mutant } from './mutant.js'

const needs = claims('turns')

function isRollback({ payload }: RolloutItem): boolean {
  return isJsonObject(payload) && payload['type'] === 'thread_rolled_back'
}

/** Turns folded from items that were changed first. */
function folding(
  store: ThreadStore,
  change: (items: readonly RolloutItem[]) => readonly RolloutItem[],
): ThreadStore {
  return altered(store, {
    listTurns: async (params) => {
      const { threadId, includeArchived = false } = params
      const { items } = await store.loadHistory({ threadId, includeArchived })
      return turnPage(foldTurns(change(items)), params)
    },
  })
}

/** A marker with another number of turns. */
function rollingBack(count: number): RolloutItem {
  return { type: 'event_msg', payload: { type: 'thread_rolled_back', num_turns: count } }
}

/** Defects in folding, rollback first. */
export const turnMutants: readonly Mutant[] = [
  {
    id: 'rollback-cuts-history',
    breaks: 'a rollback removes what it rolls back from the history',
    violates: 'ROLL-1',
    mayAlsoBreak: ['ROLL-7'],
    wrap: (store) =>
      withItems(store, (items) =>
        items
          .slice(0, items.findIndex(isRollback) + 1 || items.length)
          .filter(
            (_, index, kept) => !kept.some(isRollback) || index < 9 || index === kept.length - 1,
          ),
      ),
  },
  {
    id: 'rollback-drops-marker',
    breaks: 'the marker of a rollback is not in the history',
    violates: 'ROLL-1',
    mayAlsoBreak: ['ROLL-7'],
    wrap: (store) => withItems(store, (items) => items.filter((item) => !isRollback(item))),
  },
  {
    id: 'fold-ignores-rollback',
    breaks: 'turns that were rolled back are listed',
    violates: 'ROLL-2',
    mayAlsoBreak: [
      'ROLL-3',
      'ROLL-4',
      'ROLL-5',
      'ROLL-6',
      'ITEM-1',
      'CRASH-1',
      'TURN-2',
      'TURN-4',
      'TURN-1',
    ],
    needs,
    wrap: (store) => folding(store, (items) => items.filter((item) => !isRollback(item))),
  },
  {
    id: 'rollback-counts-user-turns',
    breaks: 'a rollback drops only turns with a user message',
    violates: 'ROLL-2',
    mayAlsoBreak: ['ROLL-5', 'TURN-2', 'TURN-4'],
    needs,
    seenIn: 'core/src/session/rollout_reconstruction.rs',
    wrap: (store) =>
      folding(store, (items) => {
        const turns = foldTurns(items.filter((item) => !isRollback(item)))
        const silent = turns.filter(
          (turn) =>
            !turn.items.some(
              (item) => isJsonObject(item.payload) && item.payload['type'] === 'user_message',
            ),
        )
        return silent.length === 0 ? items : items.filter((item) => !isRollback(item))
      }),
  },
  {
    id: 'rollback-counts-first-only',
    breaks: 'of several rollbacks only the first counts',
    violates: 'ROLL-3',
    mayAlsoBreak: ['TURN-2', 'TURN-4'],
    needs,
    wrap: (store) =>
      folding(store, (items) => {
        const first = items.findIndex(isRollback)
        return items.filter((item, index) => index === first || !isRollback(item))
      }),
  },
  {
    id: 'rollback-of-too-many-is-ignored',
    breaks: 'a rollback of more turns than there are drops none',
    violates: 'ROLL-4',
    mayAlsoBreak: ['TURN-2', 'TURN-4'],
    needs,
    wrap: (store) =>
      folding(store, (items) =>
        items.map((item) =>
          isRollback(item) && isJsonObject(item.payload) && Number(item.payload['num_turns']) > 50
            ? rollingBack(0)
            : item,
        ),
      ),
  },
  {
    id: 'rollback-stops-at-compaction',
    breaks: 'turns before a compaction cannot be rolled back',
    violates: 'ROLL-5',
    mayAlsoBreak: ['TURN-2', 'TURN-4'],
    needs,
    wrap: (store) =>
      folding(store, (items) =>
        items.some(({ type }) => type === 'compacted')
          ? items.map((item) => (isRollback(item) ? rollingBack(1) : item))
          : items,
      ),
  },
  {
    id: 'rollback-ends-the-thread',
    breaks: 'turns after a rollback are not listed',
    violates: 'ROLL-6',
    mayAlsoBreak: ['ROLL-3', 'TURN-2', 'TURN-4', 'TURN-1'],
    needs,
    wrap: (store) =>
      folding(store, (items) => {
        const first = items.findIndex(isRollback)
        return first < 0 ? items : items.slice(0, first + 1)
      }),
  },
  {
    id: 'snapshot-sees-rollback',
    breaks: 'a history read before a rollback loses its last item with it',
    violates: 'ROLL-7',
    wrap: (store) => {
      const given: RolloutItem[][] = []
      const handingOut = answering(store, {
        loadHistory: (history) => {
          const items = [...history.items]
          given.push(items)
          return { ...history, items }
        },
      })
      return afterwards(handingOut, {
        appendItems: ({ items }) => {
          if (items.some(isRollback)) for (const earlier of given) earlier.pop()
        },
      })
    },
  },
]
