import { isJsonObject } from '../../src/protocol/json.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { StoredTurn } from '../../src/protocol/turn.js'
import { threadNotFound } from '../../src/store/errors.js'
import type { ItemPage, TurnPage } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { claims } from '../claims.js'
import { altered, answering, asking, despite, remembered } from './alter.js'
import type { Mutant } from './mutant.js'

const turns = claims('turns')
const items = claims('items')

/** Every turn that is listed, changed. */
function withTurns(
  store: ThreadStore,
  change: (turn: StoredTurn, index: number) => StoredTurn,
): ThreadStore {
  return answering(store, {
    listTurns: (page) => ({ ...page, turns: page.turns.map(change) }),
  })
}

function isType({ payload }: RolloutItem, type: string): boolean {
  return isJsonObject(payload) && payload['type'] === type
}

function isLate(item: RolloutItem): boolean {
  return isType(item, 'exec_command_end')
}

/** Defects in listings of turns. */
export const turnListMutants: readonly Mutant[] = [
  {
    id: 'turn-loses-its-end',
    breaks: 'a turn lacks the item that ends it',
    violates: 'TURN-1',
    mayAlsoBreak: ['TURN-4', 'TURN-9'],
    needs: turns,
    wrap: (store) =>
      withTurns(store, (turn) => ({
        ...turn,
        items: turn.items.filter((item) => !isType(item, 'task_complete')),
      })),
  },
  {
    id: 'turn-takes-what-stands-between',
    breaks: 'a turn holds what comes after its end',
    violates: 'TURN-1',
    needs: turns,
    wrap: (store) =>
      answering(store, {
        listTurns: async (page, { threadId, includeArchived = false, itemsView }) => {
          const history = await store.loadHistory({ threadId, includeArchived })
          const stray = history.items.filter(
            (item) => isJsonObject(item.payload) && item.payload['cwd'] === '/between',
          )
          const [first, ...rest] = page.turns
          if (first === undefined || itemsView !== 'full') return page
          return { ...page, turns: [{ ...first, items: [...first.items, ...stray] }, ...rest] }
        },
      }),
  },
  {
    id: 'turns-are-cached',
    breaks: 'turns that were listed are listed again, whatever was appended since',
    violates: 'TURN-1',
    mayAlsoBreak: ['ROLL-2', 'TURN-2', 'TURN-4', 'LINE-15'],
    needs: turns,
    wrap: (store, world) => {
      const known = remembered(world, 'turns', () => new Map<string, TurnPage>())
      return answering(store, { listTurns: (page, params) => firstAnswer(known, params, page) })
    },
  },
  {
    id: 'turn-has-no-error',
    breaks: 'a turn that failed does not say why',
    violates: 'TURN-2',
    needs: turns,
    wrap: (store) => withTurns(store, (turn) => ({ ...turn, error: null })),
  },
  {
    id: 'turn-is-always-completed',
    breaks: 'every turn is completed',
    violates: 'TURN-2',
    mayAlsoBreak: ['ROLL-5'],
    needs: turns,
    wrap: (store) => withTurns(store, (turn) => ({ ...turn, status: 'completed' })),
  },
  {
    id: 'turns-oldest-first',
    breaks: 'turns are listed oldest first unless asked otherwise',
    violates: 'TURN-3',
    mayAlsoBreak: ['TURN-5', 'TURN-7', 'TURN-6'],
    needs: turns,
    wrap: (store) =>
      asking(store, { listTurns: (params) => ({ sortDirection: 'asc', ...params }) }),
  },
  {
    id: 'turns-are-full',
    breaks: 'turns always carry all their items',
    violates: 'TURN-4',
    mayAlsoBreak: ['TURN-2'],
    needs: turns,
    wrap: (store) =>
      altered(store, {
        listTurns: async (params) => {
          const page = await store.listTurns({ ...params, itemsView: 'full' })
          const itemsView = params.itemsView ?? 'summary'
          return { ...page, turns: page.turns.map((turn) => ({ ...turn, itemsView })) }
        },
      }),
  },
  {
    id: 'summary-takes-first-answer',
    breaks: 'a summary has the first agent message instead of the last',
    violates: 'TURN-4',
    needs: turns,
    wrap: (store) =>
      answering(store, {
        listTurns: async (page, params) => {
          if (params.itemsView === 'full' || params.itemsView === 'notLoaded') return page
          const full = await store.listTurns({ ...params, itemsView: 'full' })
          return {
            ...page,
            turns: page.turns.map((turn, index) => {
              const [user] = turn.items
              const agent = full.turns[index]?.items.find((item) => isType(item, 'agent_message'))
              return user && agent ? { ...turn, items: [user, agent] } : turn
            }),
          }
        },
      }),
  },
  {
    id: 'turn-pages-overlap',
    breaks: 'a page of turns begins with the last turn of the page before',
    violates: 'TURN-5',
    mayAlsoBreak: ['TURN-6'],
    needs: turns,
    wrap: (store) => {
      const lastOf = new Map<string, StoredTurn>()
      return answering(store, {
        listTurns: (page, { cursor }) => {
          const repeated = lastOf.get(cursor ?? '')
          const last = page.turns.at(-1)
          if (page.nextCursor !== null && last) lastOf.set(page.nextCursor, last)
          return repeated ? { ...page, turns: [repeated, ...page.turns] } : page
        },
      })
    },
  },
  {
    id: 'turn-cursors-are-ids',
    breaks: 'of two turns with one id, a page that follows the second begins after the first',
    violates: 'TURN-5',
    needs: turns,
    wrap: (store) => {
      const firstAfter = new Map<string, string>()
      return answering(store, {
        listTurns: (page, { threadId, sortDirection }) => {
          const last = page.turns.at(-1)
          if (page.nextCursor === null || last === undefined) return page
          const key = [threadId, sortDirection, last.turnId].join()
          if (!firstAfter.has(key)) firstAfter.set(key, page.nextCursor)
          return { ...page, nextCursor: firstAfter.get(key) ?? null }
        },
      })
    },
  },
  {
    id: 'backwards-begins-after',
    breaks: 'a backwards cursor leaves out the first turn of its page',
    violates: 'TURN-6',
    needs: turns,
    wrap: (store) => {
      const back = new Set<string>()
      return answering(store, {
        listTurns: (page, { cursor }) => {
          if (page.backwardsCursor !== null) back.add(page.backwardsCursor)
          return cursor && back.has(cursor) ? { ...page, turns: page.turns.slice(1) } : page
        },
      })
    },
  },
  {
    id: 'turn-cursor-is-not-bound',
    breaks: 'a cursor of another thread or direction begins at the first turn',
    violates: 'TURN-7',
    needs: turns,
    wrap: (store) =>
      despite(store, 'invalid-cursor', {
        listTurns: (params) => store.listTurns({ ...params, cursor: null }),
      }),
  },
  {
    id: 'implicit-turns-count-from-zero',
    breaks: 'implicit turns are named after their place among the turns',
    violates: 'TURN-8',
    needs: turns,
    wrap: (store) =>
      withTurns(store, (turn, index) =>
        turn.turnId.startsWith('rollout-') ? { ...turn, turnId: `rollout-${index}` } : turn,
      ),
  },
  {
    id: 'late-items-join-last-turn',
    breaks: 'an item that names an earlier turn goes to the turn it stands in',
    violates: 'TURN-9',
    needs: turns,
    wrap: (store) =>
      answering(store, {
        listTurns: (page) => {
          const late = page.turns.flatMap((turn) => turn.items.filter(isLate))
          const kept = page.turns.map((turn, index) => {
            const own = turn.items.filter((item) => !isLate(item))
            return { ...turn, items: index === page.turns.length - 1 ? [...own, ...late] : own }
          })
          return { ...page, turns: kept }
        },
      }),
  },
  {
    id: 'archived-turns-list-freely',
    breaks: 'the turns of an archived thread are listed without includeArchived',
    violates: 'TURN-10',
    mayAlsoBreak: ['HIST-5'],
    needs: turns,
    wrap: (store) =>
      asking(store, { listTurns: (params) => ({ ...params, includeArchived: true }) }),
  },
  {
    id: 'no-turns-is-not-found',
    breaks: 'listing the turns of a thread without turns is refused',
    violates: 'TURN-11',
    mayAlsoBreak: 'everything',
    needs: turns,
    seenIn: 'openai/codex#42099',
    wrap: (store) =>
      answering(store, {
        listTurns: (page, { threadId }) => {
          if (page.turns.length > 0) return page
          throw threadNotFound(threadId)
        },
      }),
  },
]

/** Defects in listings of items. */
export const itemListMutants: readonly Mutant[] = [
  {
    id: 'items-include-rolled-back',
    breaks: 'items of turns that were rolled back are listed',
    violates: 'ITEM-1',
    mayAlsoBreak: 'everything',
    needs: items,
    wrap: (store) =>
      answering(store, {
        listItems: async (page, { threadId, includeArchived = false, turnId, cursor }) => {
          if (turnId !== undefined || cursor) return page
          const history = await store.loadHistory({ threadId, includeArchived })
          return { ...page, items: history.items.slice(1, 1 + Math.max(page.items.length, 1) + 5) }
        },
      }),
  },
  {
    id: 'late-items-stand-last',
    breaks: 'an item that came late stands behind the items of later turns',
    violates: 'ITEM-1',
    mayAlsoBreak: ['ITEM-4'],
    needs: items,
    wrap: (store) =>
      answering(store, {
        listItems: (page) => {
          const others = page.items.filter((item) => !isLate(item))
          return { ...page, items: [...others, ...page.items.filter(isLate)] }
        },
      }),
  },
  {
    id: 'items-are-cached',
    breaks: 'items that were listed are listed again, whatever was appended since',
    violates: 'ITEM-1',
    needs: items,
    wrap: (store, world) => {
      const known = remembered(world, 'items', () => new Map<string, ItemPage>())
      return answering(store, { listItems: (page, params) => firstAnswer(known, params, page) })
    },
  },
  {
    id: 'items-newest-first',
    breaks: 'items are listed newest first unless asked otherwise',
    violates: 'ITEM-1',
    mayAlsoBreak: ['ITEM-2', 'ITEM-4', 'ITEM-5', 'ITEM-6', 'TURN-10'],
    needs: items,
    wrap: (store) =>
      asking(store, { listItems: (params) => ({ sortDirection: 'desc', ...params }) }),
  },
  {
    id: 'items-ignore-turn',
    breaks: 'with turnId the items of every turn are listed',
    violates: 'ITEM-2',
    mayAlsoBreak: ['ITEM-3', 'ITEM-6'],
    needs: items,
    wrap: (store) =>
      altered(store, {
        listItems: async ({ turnId, ...params }) => {
          if (turnId !== undefined) await store.listItems({ ...params, cursor: null, turnId })
          return store.listItems(params)
        },
      }),
  },
  {
    id: 'unknown-turn-is-empty',
    breaks: 'a turn the thread does not have has no items',
    violates: 'ITEM-3',
    needs: items,
    wrap: (store) =>
      despite(store, 'unknown-turn', {
        listItems: async () => ({ items: [], nextCursor: null, backwardsCursor: null }),
      }),
  },
  {
    id: 'item-pages-skip-one',
    breaks: 'a page of items lacks its first item',
    violates: 'ITEM-4',
    mayAlsoBreak: ['ITEM-5', 'ITEM-2', 'ITEM-1', 'TURN-10'],
    needs: items,
    wrap: (store) =>
      answering(store, {
        listItems: (page, { cursor }) => (cursor ? { ...page, items: page.items.slice(1) } : page),
      }),
  },
  {
    id: 'items-have-no-way-back',
    breaks: 'a page of items has no backwards cursor',
    violates: 'ITEM-5',
    needs: items,
    wrap: (store) =>
      answering(store, { listItems: (page) => ({ ...page, backwardsCursor: null }) }),
  },
  {
    id: 'item-cursor-is-not-bound',
    breaks: 'a cursor of another thread or turn begins at the first item',
    violates: 'ITEM-6',
    needs: items,
    wrap: (store) =>
      despite(store, 'invalid-cursor', {
        listItems: (params) => store.listItems({ ...params, cursor: null }),
      }),
  },
]

/** What was answered when the same was asked for the first time. */
function firstAnswer<Page>(known: Map<string, Page>, params: unknown, page: Page): Page {
  const key = JSON.stringify(params)
  const earlier = known.get(key) ?? page
  known.set(key, earlier)
  return earlier
}
