import { threadNotFound } from '../../src/store/errors.js'
import { durable } from '../claims.js'
import { afterwards, asking, remembered, withItems, withRecords } from './alter.js'
import type { Mutant } from './mutant.js'

const needs = durable('reopen')

/** Defects that only opening the storage again shows. */
export const durabilityMutants: readonly Mutant[] = [
  {
    id: 'reopen-loses-last-item',
    breaks: 'the last item of a thread is gone after the storage was opened again',
    violates: 'CRASH-1',
    mayAlsoBreak: ['CRASH-2'],
    needs,
    wrap: (store, { door }) =>
      door === 'reopen'
        ? withItems(store, (items) => (items.length > 1 ? items.slice(0, -1) : items))
        : store,
  },
  {
    id: 'reopen-keeps-writers',
    breaks: 'a thread that was live stays live for ever when the storage is opened again',
    violates: 'CRASH-1',
    needs,
    wrap: (store, world) => {
      const live = remembered(world, 'live', () => new Set<string>())
      if (world.door !== 'reopen')
        return afterwards(store, { createThread: ({ threadId }) => live.add(threadId) })
      return asking(store, {
        resumeThread: (params) => {
          if (live.has(params.threadId)) throw threadNotFound(params.threadId)
          return params
        },
      })
    },
  },
  {
    id: 'reopen-loses-metadata',
    breaks: 'the name and the git facts of a thread are gone after the storage was opened again',
    violates: 'CRASH-2',
    needs,
    seenIn: 'openai/codex#39273',
    wrap: (store, { door }) =>
      door === 'reopen'
        ? withRecords(store, (thread) => ({ ...thread, name: null, gitInfo: null }))
        : store,
  },
  {
    id: 'reopen-restores-cleared-git',
    breaks: 'a git field that was cleared comes back when the storage is opened again',
    violates: 'CRASH-2',
    needs,
    seenIn: 'openai/codex#34382',
    wrap: (store, world) => {
      const initial = remembered(world, 'git', () => new Map<string, string>())
      if (world.door === 'reopen') {
        return withRecords(store, (thread) => {
          const sha = initial.get(thread.threadId)
          if (sha === undefined || thread.gitInfo === null) return thread
          return { ...thread, gitInfo: { ...thread.gitInfo, sha: thread.gitInfo.sha ?? sha } }
        })
      }
      return afterwards(store, {
        createThread: ({ threadId, metadata }) =>
          metadata.gitInfo?.sha && initial.set(threadId, metadata.gitInfo.sha),
      })
    },
  },
  {
    id: 'reopen-forgets-archive',
    breaks: 'archived threads are active after the storage was opened again',
    violates: 'CRASH-2',
    needs,
    wrap: (store, { door }) =>
      door === 'reopen' ? withRecords(store, (thread) => ({ ...thread, archivedAt: null })) : store,
  },
]
