import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ListItemsParams } from '../../src/store/params.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { event, item, rolledBack, turn } from '../build/items.js'
import { archivedThread, coldThread, liveThread } from '../build/threads.js'
import type { ConformanceCase } from '../case.js'
import { claims } from '../claims.js'
import { equal, rejects } from '../expect.js'
import { needing } from './needing.js'

/** Every item a listing holds, page by page. */
async function listedItems(
  store: ThreadStore,
  params: Omit<ListItemsParams, 'pageSize'> & { readonly pageSize?: number },
): Promise<RolloutItem[]> {
  const items: RolloutItem[] = []
  let cursor: string | null = null
  do {
    const page = await store.listItems({ pageSize: 100, ...params, cursor })
    items.push(...page.items)
    cursor = page.nextCursor
    if (items.length > 10_000) throw new RangeError('the items do not end')
  } while (cursor !== null)
  return items
}

const one = turn('turn-1', 'one', 0)
const two = turn('turn-2', 'two', 10)
const three = turn('turn-3', 'three', 20)
const between = item('turn_context', { cwd: '/between' })
const history = [...one, between, ...two, ...three, rolledBack(1)]
const standing = [...one, ...two]
const late = event('exec_command_end', { turn_id: 'turn-1', call_id: 'c', exit_code: 0 })
const overlapping = [...one, ...two.slice(0, 4), late, ...two.slice(4)]

/** Items, listed apart from the turns they belong to. */
export const itemCases: readonly ConformanceCase[] = needing({ requires: claims('items') }, [
  {
    id: 'item.standing',
    title: 'the items of the turns that still stand are listed, oldest first',
    requirements: ['ITEM-1'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { items: history })
      equal(await listedItems(store, { threadId }), standing)
      equal(await listedItems(store, { threadId, sortDirection: 'asc' }), standing)
      const newest = await listedItems(store, { threadId, sortDirection: 'desc' })
      equal(newest, standing.toReversed())
    },
  },
  {
    id: 'item.repeated-turn-ids',
    title: 'pages hold every item once where a history gives an id to two turns',
    requirements: ['ITEM-4'],
    run: async (context, store) => {
      const items = [...one, ...two, ...turn('turn-1', 'one again', 30)]
      const threadId = await coldThread(context, store, { items })
      equal(await listedItems(store, { threadId, pageSize: 2 }), items)
      const newest = await listedItems(store, { threadId, pageSize: 2, sortDirection: 'desc' })
      equal(newest, items.toReversed(), 'newest first')
    },
  },
  {
    id: 'item.live',
    title: 'the items of a live thread are those of its history at the time of the call',
    requirements: ['ITEM-1'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store, { items: one })
      equal(await listedItems(store, { threadId }), one)
      await store.appendItems({ threadId, items: two })
      equal(await listedItems(store, { threadId }), standing)
      await store.appendItems({ threadId, items: [rolledBack(2), ...three] })
      equal(await listedItems(store, { threadId }), three)
    },
  },
  {
    id: 'item.late',
    title: 'an item that came late stands with the turn it names, on every page',
    requirements: ['ITEM-1', 'ITEM-4'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { items: overlapping })
      const expected = [...one, late, ...two]
      for (const pageSize of [4, expected.length]) {
        equal(await listedItems(store, { threadId, pageSize }), expected)
        const newest = await listedItems(store, { threadId, pageSize, sortDirection: 'desc' })
        equal(newest, expected.toReversed())
      }
    },
  },
  {
    id: 'item.of-a-turn',
    title: 'with turnId the items of that turn are listed',
    requirements: ['ITEM-2'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { items: history })
      equal(await listedItems(store, { threadId, turnId: 'turn-1' }), one)
      equal(await listedItems(store, { threadId, turnId: 'turn-2', pageSize: 3 }), two)
      const other = await coldThread(context, store, { items: overlapping })
      const first = { threadId: other, turnId: 'turn-1', pageSize: 5 }
      equal(await listedItems(store, first), [...one, late])
      equal(await listedItems(store, { ...first, turnId: 'turn-2' }), two)
    },
  },
  {
    id: 'item.unknown-turn',
    title: 'a turn the thread does not have, or no longer has, is refused',
    requirements: ['ITEM-3'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { items: history })
      for (const turnId of ['turn-3', 'turn-9', '', '__proto__', 'constructor']) {
        await rejects(
          () => store.listItems({ threadId, turnId, pageSize: 9 }),
          'INVALID_REQUEST unknown-turn',
        )
      }
    },
  },
  {
    id: 'item.pages',
    title: 'pages hold every item once, in order, and the last one has no cursor',
    requirements: ['ITEM-4'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { items: history })
      for (const pageSize of [1, 3, 7, 8, 16, 17]) {
        equal(await listedItems(store, { threadId, pageSize }), standing, `pages of ${pageSize}`)
      }
      const whole = await store.listItems({ threadId, pageSize: standing.length })
      equal([whole.items.length, whole.nextCursor], [standing.length, null])
    },
  },
  {
    id: 'item.backwards',
    title: 'a backwards cursor pages the other way, beginning with the first item of its page',
    requirements: ['ITEM-5'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { items: history })
      const first = await store.listItems({ threadId, pageSize: 3 })
      const second = await store.listItems({ threadId, pageSize: 3, cursor: first.nextCursor })
      equal(second.items, standing.slice(3, 6))
      const back = await store.listItems({
        threadId,
        pageSize: 10,
        sortDirection: 'desc',
        cursor: second.backwardsCursor,
      })
      equal(back.items, standing.slice(0, 4).toReversed())
      const empty = await coldThread(context, store, { items: [] })
      equal(await store.listItems({ threadId: empty, pageSize: 3 }), {
        items: [],
        nextCursor: null,
        backwardsCursor: null,
      })
    },
  },
  {
    id: 'item.foreign-cursor',
    title: 'a cursor of another thread, turn, direction or listing is refused',
    requirements: ['ITEM-6'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { items: history })
      const other = await coldThread(context, store, { items: history })
      const { nextCursor: cursor } = await store.listItems({ threadId, pageSize: 1 })
      const wrong: readonly ListItemsParams[] = [
        { threadId: other, pageSize: 1, cursor },
        { threadId, pageSize: 1, cursor, sortDirection: 'desc' },
        { threadId, pageSize: 1, cursor, turnId: 'turn-1' },
        { threadId, pageSize: 1, cursor: 'made up' },
      ]
      for (const params of wrong) {
        await rejects(() => store.listItems(params), 'INVALID_REQUEST invalid-cursor')
      }
    },
  },
  {
    id: 'item.archived',
    title: 'the items of an archived thread are listed only with includeArchived',
    requirements: ['TURN-10'],
    run: async (context, store) => {
      const threadId = await archivedThread(context, store, { items: history })
      await rejects(() => store.listItems({ threadId, pageSize: 9 }), 'INVALID_REQUEST archived')
      equal(await listedItems(store, { threadId, includeArchived: true }), standing)
    },
  },
])
