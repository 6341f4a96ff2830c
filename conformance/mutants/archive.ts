import {
  afterwards,
  altered,
  answering,
  asking,
  despite,
  meddle,
  nothing,
  past,
  remembered,
  withRecords,
} from './alter.js'
import type { Mutant } from './mutant.js'

/** Defects in the archive. */
export const archiveMutants: readonly Mutant[] = [
  {
    id: 'archived-at-is-created-at',
    breaks: 'archivedAt is the time the thread was created',
    violates: 'ARCH-1',
    mayAlsoBreak: ['RAW-2'],
    seenIn: 'thread-store/src/local/read_thread.rs',
    wrap: (store) =>
      withRecords(store, (thread) => ({ ...thread, archivedAt: thread.archivedAt && past })),
  },
  {
    id: 'list-keeps-archived',
    breaks: 'an archived thread stays in the list of the others',
    violates: 'ARCH-1',
    mayAlsoBreak: [
      'LIST-20',
      'LIST-1',
      'LIST-2',
      'LIST-5',
      'LIST-6',
      'LIST-13',
      'LIST-19',
      'META-14',
      'SEARCH-1',
      'LIST-15',
    ],
    wrap: (store) =>
      answering(store, {
        listThreads: async (page, params) => {
          if (params.archived === true || params.cursor || page.nextCursor !== null) return page
          const archived = await store.listThreads({ ...params, archived: true })
          return { ...page, items: [...page.items, ...archived.items] }
        },
      }),
  },
  {
    id: 'archived-list-holds-all',
    breaks: 'the list of archived threads holds the others too',
    violates: 'LIST-2',
    mayAlsoBreak: [
      'LIST-20',
      'LIST-1',
      'LIST-13',
      'ARCH-1',
      'ARCH-7',
      'SEARCH-1',
      'META-14',
      'LIFE-8',
      'ARCH-2',
      'LIST-5',
    ],
    wrap: (store) =>
      answering(store, {
        listThreads: async (page, params) => {
          if (params.archived !== true || params.cursor || page.nextCursor !== null) return page
          const active = await store.listThreads({ ...params, archived: false })
          return { ...page, items: [...page.items, ...active.items] }
        },
      }),
  },
  {
    id: 'archive-touches-updated-at',
    breaks: 'archiving moves updatedAt',
    violates: 'ARCH-2',
    mayAlsoBreak: ['LIST-3'],
    wrap: (store) =>
      afterwards(store, {
        archiveThread: ({ threadId }) => meddle(store, threadId, { updatedAt: past }),
      }),
  },
  {
    id: 'archive-drops-name',
    breaks: 'an archived thread loses its name',
    violates: 'ARCH-2',
    mayAlsoBreak: [
      'ARCH-4',
      'META-1',
      'META-3',
      'META-7',
      'META-11',
      'CONC-5',
      'SEARCH-1',
      'LIST-13',
    ],
    wrap: (store) =>
      afterwards(store, {
        archiveThread: ({ threadId }) => meddle(store, threadId, { name: null }),
      }),
  },
  {
    id: 'archive-twice-is-accepted',
    breaks: 'archiving an archived thread is accepted',
    violates: 'ARCH-3',
    mayAlsoBreak: ['CONC-7', 'HIST-5'],
    wrap: (store) => despite(store, 'archived', { archiveThread: nothing }),
  },
  {
    id: 'unarchive-keeps-updated-at',
    breaks: 'unarchiving leaves updatedAt where it was',
    violates: 'ARCH-4',
    mayAlsoBreak: ['CONC-7'],
    wrap: (store) =>
      altered(store, {
        unarchiveThread: async (params) => {
          const { updatedAt } = await store.readThread({ ...params, includeArchived: true })
          await store.unarchiveThread(params)
          return store.updateThreadMetadata({ ...params, patch: { updatedAt } })
        },
      }),
  },
  {
    id: 'unarchive-moves-created-at',
    breaks: 'unarchiving moves createdAt as well',
    violates: 'ARCH-4',
    mayAlsoBreak: ['CONC-7'],
    wrap: (store) =>
      answering(store, {
        unarchiveThread: ({ threadId, updatedAt }) =>
          store.updateThreadMetadata({ threadId, patch: { createdAt: updatedAt } }),
      }),
  },
  {
    id: 'unarchive-returns-archived',
    breaks: 'unarchiving returns the record as it was in the archive',
    violates: 'ARCH-4',
    mayAlsoBreak: ['CONC-7'],
    wrap: (store) =>
      answering(store, {
        unarchiveThread: (thread) => ({ ...thread, archivedAt: thread.updatedAt }),
      }),
  },
  {
    id: 'unarchive-accepts-active',
    breaks: 'unarchiving a thread that is not archived is accepted',
    violates: 'ARCH-5',
    mayAlsoBreak: ['ERR-2', 'CONC-5', 'CONC-7'],
    wrap: (store) =>
      despite(store, 'not-archived', { unarchiveThread: (params) => store.readThread(params) }),
  },
  {
    id: 'archive-closes-writer',
    breaks: 'archiving a live thread closes its writer',
    violates: 'ARCH-6',
    mayAlsoBreak: ['CONC-5'],
    wrap: (store) => afterwards(store, { archiveThread: (params) => store.discardThread(params) }),
  },
  {
    id: 'unarchived-stays-unlisted',
    breaks: 'an unarchived thread is missing from lists',
    violates: 'ARCH-7',
    mayAlsoBreak: ['LIST-19', 'ARCH-5', 'ERR-6', 'LIFE-18'],
    seenIn: 'openai/codex#28664',
    wrap: (store, world) => {
      const gone = remembered(world, 'gone', () => new Set<string>())
      const hiding = answering(store, {
        listThreads: (page) => ({
          ...page,
          items: page.items.filter(({ threadId }) => !gone.has(threadId)),
        }),
      })
      return asking(hiding, {
        unarchiveThread: (params) => {
          gone.add(params.threadId)
          return params
        },
      })
    },
  },
]
