import { patchFields } from '../../src/store/metadata-patch.js'
import type { StoredThread } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { type Field, fields, fullPatch, patchOf, samples } from '../build/patches.js'
import { archivedThread, coldThread, liveThread } from '../build/threads.js'
import type { ConformanceCase } from '../case.js'
import { equal, under } from '../expect.js'
import { listed, recordOf } from '../observe.js'

/** Where a thread can be when it is patched. */
const states = {
  live: { arrange: liveThread, includeArchived: false },
  cold: { arrange: coldThread, includeArchived: false },
  archived: { arrange: archivedThread, includeArchived: true },
} as const
type State = keyof typeof states

const stateNames = Object.keys(states) as State[]

/** The record is `expected` in what the patch returned, in a read and in a list. */
async function showsEverywhere(
  store: ThreadStore,
  returned: StoredThread,
  expected: StoredThread,
): Promise<void> {
  const { threadId } = expected
  await under('META-7', () => equal(returned, expected, 'what the patch returned'))
  equal(await recordOf(store, threadId), expected, 'readThread')
  const list = await listed(store, { archived: expected.archivedAt !== null })
  equal(
    list.find((thread) => thread.threadId === threadId),
    expected,
    'listThreads',
  )
}

function setCase(field: Field, state: State): ConformanceCase {
  return {
    id: `meta.set.${field}.${state}`,
    title: `${field} of a thread that is ${state} is set, and set again`,
    requirements: ['META-1', 'META-7', 'META-11'],
    set: field === 'name' || field === 'model' ? 'smoke' : 'core',
    run: async (context) => {
      const { store } = context
      const { arrange, includeArchived } = states[state]
      const threadId = await arrange(context, store)
      const before = await recordOf(store, threadId)
      for (const value of samples[field]) {
        const patch = patchOf(field, value)
        const returned = await store.updateThreadMetadata({ threadId, patch, includeArchived })
        await under('META-1', () => equal(returned[field], value))
        await under('META-11', () =>
          showsEverywhere(store, returned, { ...before, ...patchOf(field, value) } as StoredThread),
        )
      }
    },
  }
}

const clearable = fields.filter((field) => patchFields[field] === 'clearable')

function clearCase(field: Field, state: State): ConformanceCase {
  return {
    id: `meta.clear.${field}.${state}`,
    title: `null clears ${field} of a thread that is ${state}, and nothing else`,
    requirements: ['META-3', 'META-7'],
    set: field === 'name' ? 'smoke' : 'core',
    run: async (context) => {
      const { store } = context
      const { arrange, includeArchived } = states[state]
      const threadId = await arrange(context, store, { patch: fullPatch(0) })
      const before = await recordOf(store, threadId)
      const patch = patchOf(field, null)
      const returned = await store.updateThreadMetadata({ threadId, patch, includeArchived })
      await showsEverywhere(store, returned, { ...before, ...patch } as StoredThread)
    },
  }
}

const gitFields = ['sha', 'branch', 'originUrl'] as const

function gitCase(field: (typeof gitFields)[number], state: State): ConformanceCase {
  return {
    id: `meta.git.${field}.${state}`,
    title: `gitInfo.${field} of a thread that is ${state} is set and cleared by itself`,
    requirements: ['META-5', 'META-7'],
    set: field === 'sha' ? 'smoke' : 'core',
    run: async (context) => {
      const { store } = context
      const { arrange, includeArchived } = states[state]
      const gitInfo = { sha: 'c0ffee', branch: 'main', originUrl: 'https://example.com/r.git' }
      const threadId = await arrange(context, store, { metadata: { gitInfo } })
      const before = await recordOf(store, threadId)
      for (const value of ['changed', null, 'set again']) {
        const patch = { gitInfo: { [field]: value } }
        const returned = await store.updateThreadMetadata({ threadId, patch, includeArchived })
        const expected = { ...before, gitInfo: { ...gitInfo, [field]: value } }
        await showsEverywhere(store, returned, expected)
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
