import type { StoredTurn } from '../../src/protocol/turn.js'
import type { ListTurnsParams } from '../../src/store/params.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import {
  agentMessage,
  at,
  event,
  item,
  rolledBack,
  turn,
  turnAborted,
  turnCompleted,
  turnStarted,
  userMessage,
} from '../build/items.js'
import { archivedThread, coldThread, liveThread } from '../build/threads.js'
import type { ConformanceCase } from '../case.js'
import { claims } from '../claims.js'
import { equal, rejects } from '../expect.js'
import { needing } from './needing.js'

/** Every turn of a thread, oldest first, with all its items. */
export async function turnsOf(
  store: ThreadStore,
  threadId: string,
  params: Partial<ListTurnsParams> = {},
): Promise<StoredTurn[]> {
  const turns: StoredTurn[] = []
  let cursor: string | null = null
  do {
    const page = await store.listTurns({
      threadId,
      pageSize: 100,
      sortDirection: 'asc',
      itemsView: 'full',
      ...params,
      cursor,
    })
    turns.push(...page.turns)
    cursor = page.nextCursor
    if (turns.length > 1_000) throw new RangeError('the turns do not end')
  } while (cursor !== null)
  return turns
}

const ids = (turns: readonly StoredTurn[]): string[] => turns.map(({ turnId }) => turnId)

const five = [1, 2, 3, 4, 5].flatMap((n) => turn(`turn-${n}`, `question ${n}`, n * 10))
const fiveIds = ['turn-1', 'turn-2', 'turn-3', 'turn-4', 'turn-5']

/** Turns, as they are folded from a history. */
export const turnCases: readonly ConformanceCase[] = needing({ requires: claims('turns') }, [
  {
    id: 'turn.folded',
    title: 'a started turn holds what follows until it ends',
    requirements: ['TURN-1'],
    set: 'smoke',
    run: async (context, store) => {
      const first = turn('turn-1', 'one', 0)
      const second = turn('turn-2', 'two', 10)
      const between = item('turn_context', { cwd: '/between' })
      const items = [...first, between, ...second]
      const threadId = await coldThread(context, store, { items })
      const turns = await turnsOf(store, threadId)
      equal(
        turns.map(({ turnId, items: held }) => [turnId, held]),
        [
          ['turn-1', first],
          ['turn-2', second],
        ],
      )
    },
  },
  {
    id: 'turn.live',
    title: 'the turns of a live thread are those of its history at the time of the call',
    requirements: ['TURN-1'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store, { items: turn('turn-1', 'one', 0) })
      equal(ids(await turnsOf(store, threadId)), ['turn-1'])
      await store.appendItems({ threadId, items: turn('turn-2', 'two', 10) })
      equal(ids(await turnsOf(store, threadId)), ['turn-1', 'turn-2'])
      await store.appendItems({ threadId, items: [rolledBack(2), ...turn('turn-3', 'three', 20)] })
      equal(ids(await turnsOf(store, threadId)), ['turn-3'])
    },
  },
  {
    id: 'turn.statuses',
    title: 'a turn has the status, error and times its history gives it',
    requirements: ['TURN-2'],
    set: 'smoke',
    run: async (context, store) => {
      const broken = { message: 'no tokens left', codex_error_info: 'usage_limit_exceeded' }
      const items = [
        ...turn('done', 'one', 0),
        turnStarted('stopped', 10),
        userMessage('two', at(10)),
        turnAborted('stopped'),
        turnStarted('broken', 20),
        event('error', broken, at(21)),
        turnCompleted('broken', 22),
        turnStarted('open', 30),
        userMessage('three', at(30)),
      ]
      const threadId = await coldThread(context, store, { items })
      const turns = await turnsOf(store, threadId, { itemsView: 'notLoaded' })
      const none = { items: [], itemsView: 'notLoaded', error: null }
      equal(turns, [
        {
          ...none,
          turnId: 'done',
          status: 'completed',
          startedAt: at(0),
          completedAt: at(1),
          durationMs: 111,
        },
        {
          ...none,
          turnId: 'stopped',
          status: 'interrupted',
          startedAt: at(10),
          completedAt: at(0),
          durationMs: null,
        },
        {
          ...none,
          turnId: 'broken',
          status: 'failed',
          error: {
            message: 'no tokens left',
            codexErrorInfo: 'usage_limit_exceeded',
            additionalDetails: null,
          },
          startedAt: at(20),
          completedAt: at(22),
          durationMs: 111,
        },
        {
          ...none,
          turnId: 'open',
          status: 'inProgress',
          startedAt: at(30),
          completedAt: null,
          durationMs: null,
        },
      ])
    },
  },
  {
    id: 'turn.newest-first',
    title: 'turns are listed newest first unless asked otherwise',
    requirements: ['TURN-3'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { items: five })
      const listed = async (params: Partial<ListTurnsParams>): Promise<string[]> =>
        ids((await store.listTurns({ threadId, pageSize: 10, ...params })).turns)
      equal(await listed({}), fiveIds.toReversed())
      equal(await listed({ sortDirection: 'desc' }), fiveIds.toReversed())
      equal(await listed({ sortDirection: 'asc' }), fiveIds)
    },
  },
  {
    id: 'turn.views',
    title: 'itemsView gives no items, the first user and last agent message, or all',
    requirements: ['TURN-4'],
    run: async (context, store) => {
      const items = [
        turnStarted('turn-1'),
        userMessage('first question'),
        agentMessage('thinking aloud'),
        userMessage('second question'),
        agentMessage('final answer'),
        turnCompleted('turn-1'),
      ]
      const threadId = await coldThread(context, store, { items })
      const viewed = async (params: Partial<ListTurnsParams>): Promise<unknown> => {
        const { turns } = await store.listTurns({ threadId, pageSize: 10, ...params })
        return turns.map((one) => [one.itemsView, one.items])
      }
      const summary = [userMessage('first question'), agentMessage('final answer')]
      equal(await viewed({ itemsView: 'notLoaded' }), [['notLoaded', []]])
      equal(await viewed({ itemsView: 'summary' }), [['summary', summary]])
      equal(await viewed({}), [['summary', summary]])
      equal(await viewed({ itemsView: 'full' }), [['full', items]])
    },
  },
  {
    id: 'turn.pages',
    title: 'pages hold every turn once, in order, and the last one has no cursor',
    requirements: ['TURN-5'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { items: five })
      for (const pageSize of [1, 2, 3, 5, 6]) {
        equal(ids(await turnsOf(store, threadId, { pageSize })), fiveIds, `pages of ${pageSize}`)
        const newest = await turnsOf(store, threadId, { pageSize, sortDirection: 'desc' })
        equal(ids(newest), fiveIds.toReversed(), `pages of ${pageSize}, newest first`)
      }
      equal((await store.listTurns({ threadId, pageSize: 5 })).nextCursor, null)
      const two = await store.listTurns({ threadId, pageSize: 2 })
      equal(two.turns.length, 2)
    },
  },
  {
    id: 'turn.repeated-ids',
    title: 'pages hold every turn once where a history gives an id to two of them',
    requirements: ['TURN-5'],
    run: async (context, store) => {
      const names = ['turn-1', 'turn-2', 'turn-1', 'turn-3']
      const items = names.flatMap((name, index) => turn(name, `question ${index}`, index * 10))
      const threadId = await coldThread(context, store, { items })
      equal(ids(await turnsOf(store, threadId, { pageSize: 1 })), names)
      const newest = await turnsOf(store, threadId, { pageSize: 1, sortDirection: 'desc' })
      equal(ids(newest), names.toReversed(), 'newest first')
    },
  },
  {
    id: 'turn.backwards',
    title: 'a backwards cursor pages the other way, beginning with the first turn of its page',
    requirements: ['TURN-6'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { items: five })
      const asc = { threadId, pageSize: 2, sortDirection: 'asc' } as const
      const first = await store.listTurns(asc)
      const second = await store.listTurns({ ...asc, cursor: first.nextCursor })
      equal(ids(second.turns), ['turn-3', 'turn-4'])
      const back = await store.listTurns({
        threadId,
        pageSize: 10,
        sortDirection: 'desc',
        cursor: second.backwardsCursor,
      })
      equal(ids(back.turns), ['turn-3', 'turn-2', 'turn-1'])
      const empty = await coldThread(context, store, { items: [] })
      const none = await store.listTurns({ threadId: empty, pageSize: 2 })
      equal(none.backwardsCursor, null)
    },
  },
  {
    id: 'turn.stable-pages',
    title: 'turns that begin between two pages do not disturb the pages',
    requirements: ['TURN-5'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { items: five })
      const newest = await store.listTurns({ threadId, pageSize: 2 })
      await store.resumeThread({ threadId })
      await store.appendItems({ threadId, items: turn('turn-6', 'six', 60) })
      await store.shutdownThread({ threadId })
      const older = await store.listTurns({ threadId, pageSize: 9, cursor: newest.nextCursor })
      equal([...ids(newest.turns), ...ids(older.turns)], fiveIds.toReversed())
    },
  },
  {
    id: 'turn.foreign-cursor',
    title: 'a cursor of another thread, direction or listing is refused',
    requirements: ['TURN-7'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { items: five })
      const other = await coldThread(context, store, { items: five })
      const { nextCursor: cursor } = await store.listTurns({ threadId, pageSize: 1 })
      const list = await store.listThreads({ pageSize: 1 })
      const wrong: readonly ListTurnsParams[] = [
        { threadId: other, pageSize: 1, cursor },
        { threadId, pageSize: 1, cursor, sortDirection: 'asc' },
        { threadId, pageSize: 1, cursor: list.nextCursor },
        { threadId, pageSize: 1, cursor: 'made up' },
      ]
      for (const params of wrong) {
        await rejects(() => store.listTurns(params), 'INVALID_REQUEST invalid-cursor')
      }
    },
  },
  {
    id: 'turn.implicit',
    title: 'without markers each user message begins a turn named after its ordinal',
    requirements: ['TURN-8'],
    run: async (context, store) => {
      const items = [
        userMessage('one'),
        agentMessage('answer one'),
        userMessage('two'),
        agentMessage('answer two'),
      ]
      const threadId = await coldThread(context, store, { items })
      const turns = await turnsOf(store, threadId)
      equal(
        turns.map(({ turnId, status, items: held }) => [turnId, status, held]),
        [
          ['rollout-1', 'completed', items.slice(0, 2)],
          ['rollout-3', 'completed', items.slice(2)],
        ],
      )
    },
  },
  {
    id: 'turn.addressed',
    title: 'an item that names a turn belongs to it, also after its end',
    requirements: ['TURN-9'],
    run: async (context, store) => {
      const late = event('exec_command_end', { turn_id: 'turn-1', call_id: 'c', exit_code: 0 })
      const lost = event('exec_command_end', { turn_id: 'nobody', call_id: 'd', exit_code: 0 })
      const items = [
        ...turn('turn-1', 'one', 0),
        ...turn('turn-2', 'two', 10).slice(0, 4),
        late,
        lost,
      ]
      const threadId = await coldThread(context, store, { items })
      const turns = await turnsOf(store, threadId)
      equal(
        turns.map((one) => one.items),
        [[...turn('turn-1', 'one', 0), late], turn('turn-2', 'two', 10).slice(0, 4)],
      )
    },
  },
  {
    id: 'turn.archived',
    title: 'the turns of an archived thread are listed only with includeArchived',
    requirements: ['TURN-10'],
    run: async (context, store) => {
      const threadId = await archivedThread(context, store, { items: five })
      await rejects(() => store.listTurns({ threadId, pageSize: 9 }), 'INVALID_REQUEST archived')
      equal(ids(await turnsOf(store, threadId, { includeArchived: true })), fiveIds)
    },
  },
  {
    id: 'turn.none',
    title: 'a thread without turns has an empty page of them',
    requirements: ['TURN-11'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { items: [] })
      equal(await store.listTurns({ threadId, pageSize: 5 }), {
        turns: [],
        nextCursor: null,
        backwardsCursor: null,
      })
    },
  },
])
