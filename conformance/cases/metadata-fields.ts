import { patchFields } from '../../src/store/metadata-patch.js'
import type { StoredThread } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { type Field, fields, fullPatch, patchOf, samples } from '../build/patches.js'
import { archivedThread, coldThread, liveThread } from '../build/threads.js'
import type { ConformanceCase } from '../case.js'
import { equal, under } from '../expect.js'
import type { RequirementId } from '../requirements.js'
import { listed, recordOf } from '../observe.js'

/** Where a thread can be when it is patched. */
const states = {
  live: { arrange: liveThread, includeArchived: false },
  cold: { arrange: coldThread, includeArchived: false },
  archived: { arrange: archivedThread, includeArchived: true },
} as const
type State = keyof typeof states

const stateNames = Object.keys(states) as State[]

/** The record is `expected` in a read, in a list, and in what the patch returned. */
async function showsEverywhere(
  store: ThreadStore,
  requirement: RequirementId,
  returned: StoredThread,
  expected: StoredThread,
): Promise<void> {
  const { threadId } = expected
  const read = await recordOf(store, threadId)
  await under(requirement, () => equal(read, expected, 'readThread'))
  await under('META-7', () => equal(returned, expected, 'what the patch returned'))
  const list = await listed(store, { archived: expected.archivedAt !== null })
  const entry = list.find((thread) => thread.threadId === threadId)
  await under('LIST-14', () => equal(entry, expected, 'listThreads'))
}

function setCase(field: Field, state: State): ConformanceCase {
  return {
    id: `meta.set.${field}.${state}`,
    title: `${field} of a thread that is ${state} is set, and set again`,
    requirements: ['META-1', 'META-7', 'META-11', 'META-13', 'LIST-14'],
    set: field === 'name' || field === 'model' ? 'smoke' : 'core',
    run: async (context, store) => {
      const { arrange, includeArchived } = states[state]
      const threadId = await arrange(context, store)
      const before = await recordOf(store, threadId)
      for (const value of samples[field]) {
        const patch = patchOf(field, value)
        const returned = await store.updateThreadMetadata({ threadId, patch, includeArchived })
        const read = await recordOf(store, threadId)
        await under('META-1', () => equal(read[field], value))
        const expected = { ...before, ...patch } as StoredThread
        await showsEverywhere(store, 'META-11', returned, expected)
      }
    },
  }
}

const clearable = fields.filter((field) => patchFields[field] === 'clearable')

function clearCase(field: Field, state: State): ConformanceCase {
  return {
    id: `meta.clear.${field}.${state}`,
    title: `null clears ${field} of a thread that is ${state}, and nothing else`,
    requirements: ['META-3', 'META-7', 'LIST-14', 'META-1'],
    set: field === 'name' ? 'smoke' : 'core',
    run: async (context, store) => {
      const { arrange, includeArchived } = states[state]
      const threadId = await arrange(context, store, { patch: fullPatch(0) })
      const before = await recordOf(store, threadId)
      const patch = patchOf(field, null)
      const returned = await store.updateThreadMetadata({ threadId, patch, includeArchived })
      await showsEverywhere(store, 'META-3', returned, { ...before, ...patch } as StoredThread)
      const again = patchOf(field, samples[field][1])
      await store.updateThreadMetadata({ threadId, patch: again, includeArchived })
      const read = await recordOf(store, threadId)
      await under('META-1', () => equal(read, { ...before, ...again }, 'set after the clear'))
    },
  }
}

const gitFields = ['sha', 'branch', 'originUrl'] as const

function gitCase(field: (typeof gitFields)[number], state: State): ConformanceCase {
  return {
    id: `meta.git.${field}.${state}`,
    title: `gitInfo.${field} of a thread that is ${state} is set and cleared by itself`,
    requirements: ['META-5', 'META-7', 'LIST-14'],
    set: field === 'sha' ? 'smoke' : 'core',
    run: async (context, store) => {
      const { arrange, includeArchived } = states[state]
      const gitInfo = { sha: 'c0ffee', branch: 'main', originUrl: 'https://example.com/r.git' }
      const threadId = await arrange(context, store, { metadata: { gitInfo } })
      const before = await recordOf(store, threadId)
      for (const value of ['changed', null, 'set again']) {
        const patch = { gitInfo: { [field]: value } }
        const returned = await store.updateThreadMetadata({ threadId, patch, includeArchived })
        const expected = { ...before, gitInfo: { ...gitInfo, [field]: value } }
        await showsEverywhere(store, 'META-5', returned, expected)
      }
    },
  }
}

/** Set, partial change and clear of every field, wherever a thread can be. */
export const metadataFieldCases: readonly ConformanceCase[] = stateNames.flatMap((state) => [
  ...fields.map((field) => setCase(field, state)),
  ...clearable.map((field) => clearCase(field, state)),
  ...gitFields.map((field) => gitCase(field, state)),
])
