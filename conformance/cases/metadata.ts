import {
  type ThreadMetadataPatch,
  mergePatch,
  patchFields,
} from '../../src/store/metadata-patch.js'
import type { StoredThread } from '../../src/store/records.js'
import { at, messages, userMessage } from '../build/items.js'
import { fields, fullPatch, patchOf, samples } from '../build/patches.js'
import { archivedThread, coldThread, liveThread } from '../build/threads.js'
import type { CaseContext, ConformanceCase } from '../case.js'
import { claims, lacks } from '../claims.js'
import { equal, rejects } from '../expect.js'
import { conversationOf, observe, observing, recordOf, withoutTimes } from '../observe.js'

const setOnly = fields.filter((field) => patchFields[field] !== 'clearable')

async function patched(
  { store }: CaseContext,
  threadId: string,
  patch: ThreadMetadataPatch,
): Promise<StoredThread> {
  return store.updateThreadMetadata({ threadId, patch })
}

/** What patches do beyond single fields. */
export const metadataCases: readonly ConformanceCase[] = [
  {
    id: 'meta.absent',
    title: 'fields absent from a patch are unchanged, and undefined is absent',
    requirements: ['META-2'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { patch: fullPatch(0) })
      const before = await recordOf(store, threadId)
      await patched(context, threadId, { preview: 'changed' })
      equal(await recordOf(store, threadId), { ...before, preview: 'changed' })
      const undefinedFields = fields.map((field) => [field, undefined])
      await patched(context, threadId, Object.fromEntries(undefinedFields) as ThreadMetadataPatch)
      equal(await recordOf(store, threadId), { ...before, preview: 'changed' })
      await patched(context, threadId, { gitInfo: { sha: undefined, branch: 'b' } as object })
      equal((await recordOf(store, threadId)).gitInfo, {
        ...(samples.gitInfo[0] as object),
        branch: 'b',
      })
    },
  },
  ...setOnly.map((field): ConformanceCase => ({
    id: `meta.not-clearable.${field}`,
    title: `${field} is not cleared with null`,
    requirements: ['META-4'],
    set: field === 'title' ? 'smoke' : 'core',
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { patch: fullPatch(0) })
      const patch = { name: 'not applied', ...patchOf(field, null) }
      await rejects(
        () => patched(context, threadId, patch),
        'INVALID_REQUEST not-clearable',
        observing(store, threadId),
      )
    },
  })),
  {
    id: 'meta.git-all-cleared',
    title: 'gitInfo reads as null when its last field was cleared, together or one by one',
    requirements: ['META-6'],
    run: async (context, store) => {
      const gitInfo = { sha: 'c0ffee', branch: 'main', originUrl: null }
      const threadId = await coldThread(context, store, { metadata: { gitInfo } })
      await patched(context, threadId, { gitInfo: { sha: null, branch: null, originUrl: null } })
      equal((await recordOf(store, threadId)).gitInfo, null)
      await patched(context, threadId, { gitInfo: { branch: 'again' } })
      equal((await recordOf(store, threadId)).gitInfo, {
        sha: null,
        branch: 'again',
        originUrl: null,
      })
      await patched(context, threadId, { gitInfo: { branch: null } })
      equal((await recordOf(store, threadId)).gitInfo, null)
      await patched(context, threadId, { gitInfo: { sha: null } })
      equal((await recordOf(store, threadId)).gitInfo, null)
    },
  },
  {
    id: 'meta.git-none-given',
    title: 'a thread created without git facts has none',
    requirements: ['META-23'],
    run: async (context, store) => {
      const none = { sha: null, branch: null, originUrl: null }
      const bare = await coldThread(context, store, { metadata: { cwd: null } })
      const empty = await coldThread(context, store, { metadata: { gitInfo: none } })
      equal((await recordOf(store, bare)).gitInfo, null)
      equal((await recordOf(store, empty)).gitInfo, null)
    },
  },
  {
    id: 'meta.all-fields',
    title: 'a patch of every field is applied whole, and applied again',
    requirements: ['META-1', 'META-10'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      const before = await recordOf(store, threadId)
      for (const choice of [0, 1] as const) {
        await patched(context, threadId, fullPatch(choice))
        equal(await recordOf(store, threadId), { ...before, ...fullPatch(choice) })
      }
    },
  },
  {
    id: 'meta.empty',
    title: 'an empty patch is a read',
    requirements: ['META-8'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { patch: fullPatch(0) })
      const before = await observe(store, threadId)
      const returned = await patched(context, threadId, {})
      equal(returned, await recordOf(store, threadId))
      equal(await patched(context, threadId, { gitInfo: {} }), returned)
      equal(await observe(store, threadId), before)
    },
  },
  {
    id: 'meta.unknown-field',
    title: 'a patch field the contract does not name is refused',
    requirements: ['META-9'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store)
      const unknown: object[] = [
        { nickname: 'x', name: 'not applied' },
        { threadId: context.threadId() },
        { archivedAt: at(0) },
        { historyMode: 'paginated' },
        { gitInfo: { commit: 'c0ffee' } },
      ]
      for (const patch of unknown) {
        await rejects(
          () => patched(context, threadId, patch),
          'INVALID_REQUEST malformed-params',
          observing(store, threadId),
        )
      }
    },
  },
  {
    id: 'meta.atomic',
    title: 'a patch with one value that is refused changes nothing',
    requirements: ['META-10'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store, { patch: fullPatch(0) })
      const bad = { ...fullPatch(1), tokenUsage: { totalTokens: -1 } } as object
      await rejects(
        () => patched(context, threadId, bad),
        'INVALID_REQUEST malformed-params',
        observing(store, threadId),
      )
    },
  },
  {
    id: 'meta.merge',
    title: 'two patches one after the other equal their merge',
    requirements: ['META-12'],
    run: async (context, store) => {
      const first = { name: 'one', model: 'm', gitInfo: { sha: 'a', branch: 'b' } }
      const next = { name: null, preview: 'p', gitInfo: { sha: null, originUrl: 'o' } }
      for (const [before, after] of [
        [first, next],
        [next, first],
      ] as const) {
        const one = await coldThread(context, store)
        const other = await coldThread(context, store)
        await patched(context, one, before)
        await patched(context, one, after)
        await patched(context, other, mergePatch(before, after))
        const merged = comparable(await recordOf(store, other))
        equal(comparable(await recordOf(store, one)), merged)
      }
    },
  },
  {
    id: 'meta.archived-needs-flag',
    title: 'an archived thread is patched only with includeArchived, and stays archived',
    requirements: ['META-14'],
    run: async (context, store) => {
      const threadId = await archivedThread(context, store)
      const patch = { name: 'in the archive' }
      await rejects(
        () => patched(context, threadId, patch),
        'INVALID_REQUEST archived',
        observing(store, threadId),
      )
      const before = await recordOf(store, threadId)
      await store.updateThreadMetadata({ threadId, patch, includeArchived: true })
      equal(await recordOf(store, threadId), { ...before, ...patch })
    },
  },
  {
    id: 'meta.archived-live',
    title: 'patching an archived thread that is live leaves it archived',
    requirements: ['META-14'],
    run: async (context, store) => {
      const threadId = await archivedThread(context, store)
      await store.resumeThread({ threadId, includeArchived: true })
      const before = await recordOf(store, threadId)
      const patch = { memoryMode: 'disabled', gitInfo: { branch: 'b' } } as const
      await store.updateThreadMetadata({ threadId, patch, includeArchived: true })
      equal(await recordOf(store, threadId), {
        ...before,
        memoryMode: 'disabled',
        gitInfo: { sha: null, branch: 'b', originUrl: null },
      })
    },
  },
  {
    id: 'meta.history-untouched',
    title: 'a patch leaves the items of the thread as they are',
    requirements: ['META-15'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      await patched(context, threadId, fullPatch(0))
      await store.appendItems({ threadId, items: [userMessage('after')] })
      await patched(context, threadId, fullPatch(1))
      equal(await conversationOf(store, threadId), [...messages(2), userMessage('after')])
    },
  },
  {
    id: 'meta.concurrent-fields',
    title: 'patches of different fields at the same time all survive',
    requirements: ['META-16'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      const before = await recordOf(store, threadId)
      await Promise.all(
        fields.map((field) => patched(context, threadId, patchOf(field, samples[field][0]))),
      )
      equal(await recordOf(store, threadId), { ...before, ...fullPatch(0) })
    },
  },
  {
    id: 'meta.concurrent-git',
    title: 'patches of different git fields at the same time all survive',
    requirements: ['META-16'],
    run: async (context, store) => {
      const before = { sha: 'f00', branch: 'old', originUrl: null }
      const threadId = await liveThread(context, store, { metadata: { gitInfo: before } })
      const gitInfo = { sha: 'c0ffee', branch: 'main', originUrl: 'https://example.com/r.git' }
      await Promise.all(
        Object.entries(gitInfo).map(([field, value]) =>
          patched(context, threadId, { gitInfo: { [field]: value } }),
        ),
      )
      equal((await recordOf(store, threadId)).gitInfo, gitInfo)
    },
  },
  {
    id: 'meta.resumed',
    title: 'a resumed thread is patched and read like a created one',
    requirements: ['META-17'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { patch: fullPatch(0) })
      const before = await recordOf(store, threadId)
      await store.resumeThread({ threadId })
      equal(await recordOf(store, threadId), before)
      await patched(context, threadId, { name: 'renamed', gitInfo: { branch: null } })
      equal(await recordOf(store, threadId), {
        ...before,
        name: 'renamed',
        gitInfo: { ...before.gitInfo, branch: null },
      })
    },
  },
  {
    id: 'meta.clear-stays',
    title: 'what was cleared stays cleared after a resume and an append',
    requirements: ['META-18'],
    run: async (context, store) => {
      const gitInfo = { sha: 'c0ffee', branch: 'main', originUrl: 'https://example.com/r.git' }
      const threadId = await coldThread(context, store, {
        metadata: { gitInfo },
        patch: { name: 'named' },
      })
      await patched(context, threadId, { name: null, gitInfo: { sha: null } })
      const cleared = await recordOf(store, threadId)
      equal([cleared.name, cleared.gitInfo], [null, { ...gitInfo, sha: null }])
      await store.resumeThread({ threadId })
      await store.appendItems({ threadId, items: messages(1, 'more') })
      await store.shutdownThread({ threadId })
      equal(await recordOf(store, threadId), cleared)
    },
  },
  {
    id: 'meta.memory-mode',
    title: 'memoryMode is set to nothing but enabled and disabled',
    requirements: ['META-19'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store)
      for (const memoryMode of ['polluted', 'Enabled', '', 1, true]) {
        await rejects(
          () => patched(context, threadId, { memoryMode } as object),
          'INVALID_REQUEST malformed-params',
          observing(store, threadId),
        )
      }
    },
  },
  {
    id: 'meta.rollout-path-kept',
    title: 'a store without paths keeps rolloutPath like any other field',
    requirements: ['META-20'],
    requires: lacks('paths'),
    run: async (context, store) => {
      const threadId = await coldThread(context, store)
      const before = await recordOf(store, threadId)
      equal(before.rolloutPath, null)
      await patched(context, threadId, { rolloutPath: '/elsewhere/a.jsonl' })
      equal(await recordOf(store, threadId), { ...before, rolloutPath: '/elsewhere/a.jsonl' })
    },
  },
  {
    id: 'meta.rollout-path-owned',
    title: 'a store with paths refuses to be told another one',
    requirements: ['META-20'],
    requires: claims('paths'),
    run: async (context, store) => {
      const threadId = await coldThread(context, store)
      await rejects(
        () => patched(context, threadId, { rolloutPath: '/elsewhere/a.jsonl', name: 'no' }),
        'INVALID_REQUEST path-not-owned',
        observing(store, threadId),
      )
    },
  },
  {
    id: 'meta.times',
    title: 'times are set literally, and nothing but ISO 8601 UTC with milliseconds is one',
    requirements: ['META-21'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      const times = { createdAt: '1970-01-01T00:00:00.000Z', updatedAt: '0001-01-01T00:00:00.001Z' }
      await patched(context, threadId, times)
      const { createdAt, updatedAt } = await recordOf(store, threadId)
      equal({ createdAt, updatedAt }, times)
      for (const time of [
        '2026-11-22',
        '2026-11-22T12:00:00Z',
        '2026-02-31T12:00:00.000Z',
        '',
        'now',
      ]) {
        await rejects(
          () => patched(context, threadId, { updatedAt: time }),
          'INVALID_REQUEST malformed-params',
          observing(store, threadId),
        )
      }
    },
  },
  {
    id: 'meta.one-thread',
    title: 'a patch reaches one thread and no other',
    requirements: ['META-24'],
    run: async (context, store) => {
      const other = await coldThread(context, store)
      const before = await recordOf(store, other)
      const threadId = await coldThread(context, store)
      await patched(context, threadId, fullPatch(0))
      equal(await recordOf(store, other), before)
    },
  },
  {
    id: 'meta.copies-input',
    title: 'changing a patch after it was applied does not reach the store',
    requirements: ['META-25'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store)
      const source = { custom: 'mine' }
      const roots = ['/srv']
      await patched(context, threadId, { source, permissionProfile: { type: 'managed', roots } })
      const before = await recordOf(store, threadId)
      const kept = structuredClone(before)
      source.custom = 'changed'
      roots.push('/etc')
      equal(await recordOf(store, threadId), kept)
    },
  },
]

/** The fields of a record that have nothing to do with which thread it is and when it was made. */
function comparable(thread: StoredThread): object {
  return { ...withoutTimes(thread), threadId: null }
}
