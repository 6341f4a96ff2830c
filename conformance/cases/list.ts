import type { SessionSource } from '../../src/protocol/metadata.js'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { ListThreadsParams } from '../../src/store/params.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { at } from '../build/items.js'
import { fullPatch } from '../build/patches.js'
import { type Arrangement, archivedThread, coldThread } from '../build/threads.js'
import type { CaseContext, ConformanceCase } from '../case.js'
import { equal, holds, rejects, under } from '../expect.js'
import { listed, listedIds, observe, recordOf } from '../observe.js'

/** Threads created at different seconds, updated in another order; the last two share both times. */
async function dated(context: CaseContext): Promise<ThreadId[]> {
  const times = [
    [10, 5],
    [20, 1],
    [30, 9],
    [40, 7],
    [40, 7],
  ] as const
  const ids: ThreadId[] = []
  for (const [created, updated] of times) {
    const patch = { createdAt: at(created), updatedAt: at(updated) }
    ids.push(await coldThread(context, context.store, { patch }))
  }
  return ids
}

/** The ids in order, equal times by id. */
function pick(
  ids: readonly ThreadId[],
  order: readonly number[],
  ties: 'asc' | 'desc',
): ThreadId[] {
  const [a = '', b = ''] = ids.slice(3).toSorted()
  const tied = ties === 'asc' ? [a, b] : [b, a]
  return order.map((index) => (index >= 3 ? (tied[index - 3] ?? '') : (ids[index] ?? '')))
}

const orders: readonly [string, Partial<ListThreadsParams>, readonly number[], 'asc' | 'desc'][] = [
  ['default', {}, [3, 4, 2, 1, 0], 'desc'],
  ['createdAt.desc', { sortKey: 'createdAt', sortDirection: 'desc' }, [3, 4, 2, 1, 0], 'desc'],
  ['createdAt.asc', { sortKey: 'createdAt', sortDirection: 'asc' }, [0, 1, 2, 3, 4], 'asc'],
  ['updatedAt.desc', { sortKey: 'updatedAt', sortDirection: 'desc' }, [2, 3, 4, 0, 1], 'desc'],
  ['updatedAt.asc', { sortKey: 'updatedAt', sortDirection: 'asc' }, [1, 0, 3, 4, 2], 'asc'],
]

function orderCase([name, params, order, ties]: (typeof orders)[number]): ConformanceCase {
  return {
    id: `list.order.${name}`,
    title: `a list by ${name} has the right order, page by page as well`,
    requirements: [name === 'default' ? 'LIST-1' : 'LIST-3', 'LIST-4', 'LIST-5'],
    set: name === 'default' ? 'smoke' : 'core',
    run: async (context, store) => {
      const ids = await dated(context)
      const expected = pick(ids, order, ties)
      const whole = await listedIds(store, params)
      const untied = (list: readonly ThreadId[]): ThreadId[] =>
        list.filter((id) => ids.indexOf(id) < 3)
      const first = name === 'default' ? 'LIST-1' : 'LIST-3'
      await under(first, () => equal(untied(whole), untied(expected)))
      await under('LIST-4', () => equal(whole, expected))
      for (const pageSize of [1, 2, 3]) {
        const paged = await listedIds(store, { ...params, pageSize })
        await under('LIST-5', () => equal(paged, whole, `pages of ${pageSize}`))
      }
    },
  }
}

/** Threads that differ in what filters look at; the names say which are which. */
const arrangements: Record<string, Arrangement> = {
  alpha: {
    source: 'cli',
    metadata: { modelProvider: 'openai', cwd: '/srv/one' },
    patch: { name: 'Alpha 100% done', preview: 'Grüße aus KÖLN' },
  },
  beta: {
    source: 'exec',
    metadata: { modelProvider: 'azure', cwd: '/srv/two' },
    patch: { title: 'beta_title', firstUserMessage: 'say "hi"' },
  },
  gamma: {
    source: { subagent: { thread_spawn: { depth: 1, parent_thread_id: 'p' } } },
    metadata: { modelProvider: 'OpenAI', cwd: '/srv/one/' },
    patch: { preview: 'nothing to see', firstUserMessage: 'ALPHA in capitals' },
  },
  delta: {
    source: { custom: 'atlas' },
    metadata: { modelProvider: 'azure', cwd: null },
    patch: { name: 'a\\b [c] (d) {e} .*', title: 'betaXtitle' },
  },
}

async function arranged(context: CaseContext): Promise<Map<ThreadId, string>> {
  const names = new Map<ThreadId, string>()
  for (const [name, arrangement] of Object.entries(arrangements)) {
    names.set(await coldThread(context, context.store, arrangement), name)
  }
  return names
}

async function listedNames(
  store: ThreadStore,
  names: ReadonlyMap<ThreadId, string>,
  params: Partial<ListThreadsParams>,
): Promise<string[]> {
  const ids = await listedIds(store, params)
  return ids.map((id) => names.get(id) ?? id).toSorted()
}

const everyone = Object.keys(arrangements).toSorted()
const spawned: SessionSource = { subagent: { thread_spawn: { parent_thread_id: 'p', depth: 1 } } }

type Filter = readonly [params: Partial<ListThreadsParams>, names: readonly string[]]

const filters: readonly {
  readonly id: string
  readonly title: string
  readonly requirement: 'LIST-9' | 'LIST-10' | 'LIST-11' | 'LIST-12' | 'LIST-13'
  readonly expected: readonly Filter[]
}[] = [
  {
    id: 'list.sources',
    title: 'allowedSources keeps the threads of those sources, objects compared by value',
    requirement: 'LIST-9',
    expected: [
      [{ allowedSources: ['exec'] }, ['beta']],
      [{ allowedSources: ['exec', 'cli'] }, ['alpha', 'beta']],
      [{ allowedSources: [spawned] }, ['gamma']],
      [{ allowedSources: [{ custom: 'atlas' }, 'vscode'] }, ['delta']],
      [{ allowedSources: [{ custom: 'Atlas' }] }, []],
      [{ allowedSources: ['vscode'] }, []],
      [{ allowedSources: [] }, everyone],
    ],
  },
  {
    id: 'list.providers',
    title: 'modelProviders keeps the threads of those providers',
    requirement: 'LIST-10',
    expected: [
      [{ modelProviders: ['azure'] }, ['beta', 'delta']],
      [{ modelProviders: ['openai'] }, ['alpha']],
      [{ modelProviders: ['openai', 'OpenAI'] }, ['alpha', 'gamma']],
      [{ modelProviders: ['nobody'] }, []],
      [{ modelProviders: [] }, everyone],
    ],
  },
  {
    id: 'list.cwds',
    title: 'cwdFilters keeps the threads of exactly those directories, and none when empty',
    requirement: 'LIST-11',
    expected: [
      [{ cwdFilters: ['/srv/one'] }, ['alpha']],
      [{ cwdFilters: ['/srv/two', '/srv/one/'] }, ['beta', 'gamma']],
      [{ cwdFilters: ['/srv'] }, []],
      [{ cwdFilters: [''] }, ['delta']],
      [{ cwdFilters: [] }, []],
    ],
  },
  {
    id: 'list.term',
    title: 'searchTerm is literal text in name, title, preview or first user message',
    requirement: 'LIST-12',
    expected: [
      [{ searchTerm: 'alpha' }, ['alpha', 'gamma']],
      [{ searchTerm: 'ALPHA 100% D' }, ['alpha']],
      [{ searchTerm: '0%' }, ['alpha']],
      [{ searchTerm: '%' }, ['alpha']],
      [{ searchTerm: 'beta_' }, ['beta']],
      [{ searchTerm: '"HI"' }, ['beta']],
      [{ searchTerm: 'grüße' }, ['alpha']],
      [{ searchTerm: 'köln' }, []],
      [{ searchTerm: 'KÖLN' }, ['alpha']],
      [{ searchTerm: 'A\\B [C] (' }, ['delta']],
      [{ searchTerm: '.*' }, ['delta']],
      [{ searchTerm: 'alpha done' }, []],
      [{ searchTerm: ' alpha' }, []],
      [{ searchTerm: 'done ' }, []],
      // Where the name ends and the preview begins, however a store puts them together.
      [{ searchTerm: 'done Gr' }, []],
      [{ searchTerm: 'doneGr' }, []],
      [{ searchTerm: 'done\nGr' }, []],
      [{ searchTerm: 'azure' }, []],
      [{ searchTerm: '' }, everyone],
    ],
  },
  {
    id: 'list.combined',
    title: 'a thread is listed when it passes all filters',
    requirement: 'LIST-13',
    expected: [
      [{ modelProviders: ['azure'], searchTerm: 'beta' }, ['beta', 'delta']],
      [{ modelProviders: ['azure'], searchTerm: 'beta', allowedSources: ['exec'] }, ['beta']],
      [{ searchTerm: 'alpha', cwdFilters: ['/srv/two'] }, []],
      [{ searchTerm: 'alpha', archived: true }, []],
      [
        { allowedSources: ['cli'], modelProviders: ['openai'], cwdFilters: ['/srv/one'] },
        ['alpha'],
      ],
    ],
  },
]

function filterCase({
  id,
  title,
  requirement,
  expected,
}: (typeof filters)[number]): ConformanceCase {
  return {
    id,
    title,
    requirements: [requirement, 'LIST-5'],
    set: id === 'list.term' ? 'smoke' : 'core',
    run: async (context, store) => {
      const names = await arranged(context)
      for (const [params, wanted] of expected) {
        const actual = await listedNames(store, names, params)
        await under(requirement, () =>
          equal(actual, wanted, `listed with ${JSON.stringify(params)}`),
        )
        const paged = await listedNames(store, names, { ...params, pageSize: 1 })
        await under('LIST-5', () => {
          equal(paged, wanted, `listed one by one with ${JSON.stringify(params)}`)
        })
      }
    },
  }
}

/** Lists: order, filters, what an entry is. Pages are in a file of their own. */
export const listCases: readonly ConformanceCase[] = [
  {
    id: 'list.all-active',
    title: 'without filters a list holds every thread that is not archived',
    requirements: ['LIST-1', 'LIST-2'],
    set: 'smoke',
    run: async (context, store) => {
      equal(await listedIds(store), [], 'an empty store')
      const active = [await coldThread(context, store), await coldThread(context, store)]
      const archived = [await archivedThread(context, store), await archivedThread(context, store)]
      await under('LIST-1', async () => {
        equal((await listedIds(store)).toSorted(), active.toSorted())
      })
      equal((await listedIds(store, { archived: false })).toSorted(), active.toSorted())
      equal((await listedIds(store, { archived: true })).toSorted(), archived.toSorted())
    },
  },
  ...orders.map(orderCase),
  ...filters.map(filterCase),
  {
    id: 'list.spawned',
    title: 'parentThreadId keeps the threads that this one spawned, and none that only mention it',
    requirements: ['LIST-20', 'LIST-5'],
    run: async (context, store) => {
      const parent = await coldThread(context, store)
      const child = await coldThread(context, store, { parentThreadId: parent })
      const other = await coldThread(context, store, { parentThreadId: parent, source: 'exec' })
      const archived = await archivedThread(context, store, { parentThreadId: parent })
      const grandchild = await coldThread(context, store, { parentThreadId: child })
      await coldThread(context, store, { forkedFromId: parent })
      await coldThread(context, store, { extraConfig: { parentThreadId: parent } })
      const half = { parentThreadId: child, '\ud83d\0': [] }
      const odd = { parentThreadId: parent, extraConfig: { about: half } }
      const unprintable = await coldThread(context, store, odd)
      const expected: readonly [Partial<ListThreadsParams>, readonly ThreadId[]][] = [
        [{ parentThreadId: parent }, [child, other, unprintable]],
        [{ parentThreadId: parent, archived: true }, [archived]],
        [{ parentThreadId: parent, allowedSources: ['exec'] }, [other]],
        [{ parentThreadId: child }, [grandchild]],
        [{ parentThreadId: grandchild }, []],
        [{ parentThreadId: context.threadId() }, []],
      ]
      for (const [params, ids] of expected) {
        const what = `listed with ${JSON.stringify(params)}`
        const wanted = ids.toSorted()
        await under('LIST-20', async () => {
          equal((await listedIds(store, params)).toSorted(), wanted, what)
        })
        await under('LIST-5', async () => {
          const paged = await listedIds(store, { ...params, pageSize: 1 })
          equal(paged.toSorted(), wanted, `${what}, one by one`)
        })
      }
    },
  },
  {
    id: 'list.archived-order',
    title: 'archived threads are ordered like the others',
    requirements: ['LIST-3'],
    run: async (context, store) => {
      const ids = await dated(context)
      for (const threadId of ids) await store.archiveThread({ threadId })
      for (const [name, params, order, ties] of orders) {
        const actual = await listedIds(store, { ...params, archived: true })
        equal(actual, pick(ids, order, ties), `the order by ${name}`)
      }
    },
  },
  {
    id: 'list.archived-filters',
    title: 'archived threads are filtered like the others',
    requirements: ['LIST-13'],
    run: async (context, store) => {
      const names = await arranged(context)
      for (const threadId of names.keys()) await store.archiveThread({ threadId })
      for (const [params, wanted] of filters.flatMap(({ expected }) => expected)) {
        if (params.archived) continue
        const actual = await listedNames(store, names, { ...params, archived: true })
        equal(actual, wanted, `listed with ${JSON.stringify(params)}`)
      }
    },
  },
  {
    id: 'list.entry-is-record',
    title: 'a listed thread is the record a read gives, without history or rollouts',
    requirements: ['LIST-14'],
    set: 'smoke',
    run: async (context, store) => {
      const full = await coldThread(context, store, {
        patch: { ...fullPatch(0), createdAt: at(1) },
        extraConfig: { a: [1] },
      })
      const bare = await coldThread(context, store, { patch: { createdAt: at(0) } })
      equal(await listed(store), [await recordOf(store, full), await recordOf(store, bare)])
      holds(
        (await listed(store)).every((thread) => thread.history === null),
        'history is null',
      )
    },
  },
  {
    id: 'list.changes-nothing',
    title: 'listing and reading change nothing',
    requirements: ['LIST-17', 'HIST-11'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { patch: { updatedAt: at(0) } })
      const archived = await archivedThread(context, store)
      const before = await observe(store, threadId, archived)
      await listed(store, { sortKey: 'updatedAt', searchTerm: 'x' })
      await store.readThread({ threadId, includeHistory: true })
      await store.loadHistory({ threadId: archived, includeArchived: true })
      equal(await observe(store, threadId, archived), before)
    },
  },
  {
    id: 'list.at-once',
    title: 'a list shows every acknowledged change at once',
    requirements: ['LIST-19'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store)
      equal(await listedIds(store), [threadId])
      await store.updateThreadMetadata({ threadId, patch: { name: 'needle' } })
      equal(await listedIds(store, { searchTerm: 'needle' }), [threadId])
      await store.updateThreadMetadata({ threadId, patch: { name: null } })
      equal(await listedIds(store, { searchTerm: 'needle' }), [])
      await store.archiveThread({ threadId })
      equal(await listedIds(store), [])
      await store.unarchiveThread({ threadId })
      equal(await listedIds(store), [threadId])
    },
  },
  {
    id: 'list.page-size',
    title: 'pageSize is 1 to 1000',
    requirements: ['LIST-16'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store)
      for (const pageSize of [0, -1, 1.5, 1001, Number.NaN, '10']) {
        const params = { pageSize } as { pageSize: number }
        await rejects(() => store.listThreads(params), 'INVALID_REQUEST malformed-params')
      }
      for (const pageSize of [1, 1000]) {
        equal(
          (await store.listThreads({ pageSize })).items.map((one) => one.threadId),
          [threadId],
        )
      }
    },
  },
]
