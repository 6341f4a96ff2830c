import { ThreadStoreError, notLive, threadNotFound } from '../../src/store/errors.js'
import { patchFields } from '../../src/store/metadata-patch.js'
import type { StoredThread } from '../../src/store/records.js'
import { lacks } from '../claims.js'
import { recordOf } from '../observe.js'
import {
  afterwards,
  altered,
  answering,
  asking,
  isLive,
  meddle,
  past,
  remembered,
  withItems,
  withRecords,
  yieldOften,
} from './alter.js'
import { patching, without, given } from './alter-patch.js'
import type { Mutant } from './mutant.js'

/** Defects in how a patch is applied. */
export const patchMutants: readonly Mutant[] = [
  {
    id: 'patch-returns-what-was',
    breaks: 'a patch returns the record as it was before',
    violates: 'META-7',
    mayAlsoBreak: ['META-1', 'CONC-5', 'CONC-7', 'VAL-4'],
    wrap: (store) =>
      altered(store, {
        updateThreadMetadata: async (params) => {
          const before = await store.updateThreadMetadata({ ...params, patch: {} })
          await store.updateThreadMetadata(params)
          return before
        },
      }),
  },
  {
    id: 'empty-patch-touches',
    breaks: 'an empty patch moves updatedAt',
    violates: 'META-8',
    mayAlsoBreak: ['HIST-2', 'HIST-3'],
    wrap: (store) =>
      patching(store, (patch) => (Object.keys(patch).length === 0 ? { updatedAt: past } : patch)),
  },
  {
    id: 'patch-ignores-unknown-fields',
    breaks: 'patch fields nobody knows are ignored',
    violates: 'META-9',
    atEdge: true,
    seenIn: 'openai/codex#21873',
    wrap: (store) =>
      asking(store, {
        updateThreadMetadata: (params) => {
          if (typeof params?.patch !== 'object' || params.patch === null) return params
          const patch = without(params.patch, (_value, field) => !(field in patchFields))
          return { ...params, patch }
        },
      }),
  },
  {
    id: 'patch-applies-field-by-field',
    breaks: 'the fields before one that is refused are applied',
    violates: 'META-10',
    mayAlsoBreak: ['META-4', 'META-9', 'META-20', 'ERR-6'],
    atEdge: true,
    seenIn: 'openai/codex#18361',
    wrap: (store) =>
      altered(store, {
        updateThreadMetadata: async (params) => {
          try {
            return await store.updateThreadMetadata(params)
          } catch (reason) {
            const { name } = { ...params?.patch }
            const refused = ThreadStoreError.is(reason, 'INVALID_REQUEST')
            if (refused && reason.details.reason !== 'archived' && name !== undefined)
              await store.updateThreadMetadata({ ...params, patch: { name } }).catch(() => {})
            throw reason
          }
        },
      }),
  },
  {
    id: 'patch-touches-updated-at',
    breaks: 'every patch moves updatedAt',
    violates: 'META-11',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      patching(store, (patch) =>
        Object.keys(patch).length === 0 ? patch : { updatedAt: past, ...patch },
      ),
  },
  {
    id: 'cleared-for-ever',
    breaks: 'a name that was cleared cannot be set again',
    violates: 'META-12',
    mayAlsoBreak: ['META-1', 'CONC-5', 'CONC-7'],
    wrap: (store, world) => {
      const cleared = remembered(world, 'cleared', () => new Set<string>())
      return patching(store, (patch, { threadId }) => {
        if (patch.name === null) cleared.add(threadId)
        return cleared.has(threadId)
          ? without(patch, (_value, field) => field === 'name' && patch.name !== null)
          : patch
      })
    },
  },
  {
    id: 'patch-needs-writer',
    breaks: 'a thread that is not live cannot be patched',
    violates: 'META-13',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      altered(store, {
        updateThreadMetadata: async (params) => {
          await store.updateThreadMetadata({ ...params, patch: {} })
          if (!(await isLive(store, params.threadId))) throw notLive(params.threadId)
          return store.updateThreadMetadata(params)
        },
      }),
  },
  {
    id: 'patch-looks-where-the-writer-began',
    breaks: 'a thread that was archived while live cannot be given another memory mode',
    violates: 'META-14',
    seenIn: 'our own local store, which read the file at the path its writer had opened',
    wrap: (store, world) => {
      const moved = remembered(world, 'moved', () => new Set<string>())
      const moving = afterwards(store, {
        archiveThread: async ({ threadId }) => {
          if (await isLive(store, threadId)) moved.add(threadId)
        },
        unarchiveThread: ({ threadId }) => moved.delete(threadId),
      })
      return asking(moving, {
        updateThreadMetadata: (params) => {
          const { threadId, patch } = params
          if (patch.memoryMode !== undefined && moved.has(threadId)) throw threadNotFound(threadId)
          return params
        },
      })
    },
  },
  {
    id: 'patch-unarchives',
    breaks: 'patching an archived thread unarchives it',
    violates: 'META-14',
    mayAlsoBreak: ['META-1', 'META-3', 'META-5', 'META-7', 'META-11', 'CONC-7'],
    seenIn: 'openai/codex#18882',
    wrap: (store) =>
      answering(store, {
        updateThreadMetadata: async (thread, params) => {
          const { threadId, updatedAt } = thread
          if (thread.archivedAt === null) return thread
          await store.unarchiveThread({ threadId })
          return store.updateThreadMetadata({ ...params, patch: { updatedAt } })
        },
      }),
  },
  {
    id: 'patch-ignores-archive-flag',
    breaks: 'an archived thread is patched without includeArchived',
    violates: 'META-14',
    mayAlsoBreak: ['HIST-5'],
    wrap: (store) =>
      asking(store, { updateThreadMetadata: (params) => ({ ...params, includeArchived: true }) }),
  },
  {
    id: 'patch-drops-last-item',
    breaks: 'a git patch rewrites the history and loses its last item',
    violates: 'META-15',
    mayAlsoBreak: ['HIST-3', 'RAW-1'],
    wrap: (store, world) => {
      const lost = remembered(world, 'lost', () => new Set<string>())
      const losing = withItems(store, (items, threadId) =>
        lost.has(threadId) ? items.slice(0, -1) : items,
      )
      return afterwards(losing, {
        updateThreadMetadata: ({ threadId, patch }) => patch.gitInfo && lost.add(threadId),
      })
    },
  },
  {
    id: 'patch-writes-whole-record',
    breaks: 'patches at the same time overwrite each other’s fields',
    violates: 'META-16',
    mayAlsoBreak: ['HIST-4', 'CONC-7'],
    seenIn: 'openai/codex#21873',
    wrap: (store) =>
      altered(store, {
        updateThreadMetadata: async (params) => {
          const before = await recordOf(store, params.threadId)
          await yieldOften()
          const { name, model, preview, title, agentRole } = before
          const whole = {
            name,
            preview,
            agentRole,
            ...(model !== null && { model }),
            ...(title !== null && { title }),
            ...given(params.patch),
          }
          return store.updateThreadMetadata({ ...params, patch: whole })
        },
      }),
  },
  {
    id: 'resumed-cannot-be-patched',
    breaks: 'a thread this handle resumed is patched without effect',
    violates: 'META-17',
    mayAlsoBreak: ['META-14', 'META-18'],
    seenIn: 'openai/codex#21874',
    wrap: (store) => {
      const resumed = new Set<string>()
      const ignoring = patching(store, (patch, { threadId }) =>
        resumed.has(threadId) ? {} : patch,
      )
      return afterwards(ignoring, { resumeThread: ({ threadId }) => resumed.add(threadId) })
    },
  },
  {
    id: 'append-restores-git',
    breaks: 'the first append after a resume brings the git facts of the beginning back',
    violates: 'META-18',
    mayAlsoBreak: ['APPEND-12', 'DEL-1'],
    seenIn: 'openai/codex#34382',
    wrap: (store, world) => {
      const initial = remembered(world, 'git', () => new Map<string, string>())
      return afterwards(store, {
        createThread: ({ threadId, metadata }) =>
          metadata.gitInfo?.sha && initial.set(threadId, metadata.gitInfo.sha),
        appendItems: async ({ threadId }) => {
          const sha = initial.get(threadId)
          if (sha !== undefined) await meddle(store, threadId, { gitInfo: { sha } })
        },
      })
    },
  },
  {
    id: 'memory-mode-takes-anything',
    breaks: 'a memory mode nobody knows is taken for enabled',
    violates: 'META-19',
    atEdge: true,
    wrap: (store) =>
      asking(store, {
        updateThreadMetadata: (params) => {
          const mode: unknown = params?.patch?.memoryMode ?? 'enabled'
          if (mode === 'enabled' || mode === 'disabled') return params
          return { ...params, patch: { ...params.patch, memoryMode: 'enabled' } }
        },
      }),
  },
  {
    id: 'rollout-path-is-dropped',
    breaks: 'a rolloutPath is accepted and not stored',
    violates: 'META-20',
    needs: lacks('paths'),
    wrap: (store) =>
      patching(store, (patch) => without(patch, (_value, field) => field === 'rolloutPath')),
  },
  {
    id: 'updated-at-never-goes-back',
    breaks: 'updatedAt is never set to an earlier time',
    violates: 'META-21',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      altered(store, {
        updateThreadMetadata: async (params) => {
          const { updatedAt } = await store.updateThreadMetadata({ ...params, patch: {} })
          const patch = without(
            params.patch,
            (value, field) => field === 'updatedAt' && String(value) < updatedAt,
          )
          return store.updateThreadMetadata({ ...params, patch })
        },
      }),
  },
  {
    id: 'patch-reaches-another-thread',
    breaks: 'a name given to one thread is given to the thread created before it as well',
    violates: 'META-24',
    mayAlsoBreak: ['LIST-12', 'LIST-19', 'LIST-14', 'CONC-5', 'LIST-13', 'SEARCH-4'],
    wrap: (store) => {
      let previous: string | null = null
      let current: string | null = null
      return afterwards(store, {
        createThread: ({ threadId }) => {
          previous = current
          current = threadId
        },
        updateThreadMetadata: async ({ threadId, patch: { name } }) => {
          if (previous !== null && threadId === current && name)
            await meddle(store, previous, { name }).catch(() => {})
        },
      })
    },
  },
  {
    id: 'patch-aliases-input',
    breaks: 'the permission profile that is read is the object the patch gave',
    violates: 'META-25',
    mayAlsoBreak: ['HIST-2', 'HIST-3'],
    wrap: (store, world) => {
      type Profile = NonNullable<StoredThread['permissionProfile']>
      const profiles = remembered(world, 'profiles', () => new Map<string, Profile>())
      const aliasing = withRecords(store, (thread) => {
        const permissionProfile = profiles.get(thread.threadId)
        return permissionProfile === undefined ? thread : { ...thread, permissionProfile }
      })
      return patching(aliasing, (patch, { threadId }) => {
        if (patch.permissionProfile) profiles.set(threadId, patch.permissionProfile)
        return patch
      })
    },
  },
]
