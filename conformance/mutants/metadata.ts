import { type ThreadMetadataPatch, patchFields } from '../../src/store/metadata-patch.js'
import type { StoredThread } from '../../src/store/records.js'
import { recordOf } from '../observe.js'
import { altered, asking, withRecords } from './alter.js'
import { withListed } from './alter-list.js'
import { patching, mapValues, without, isClearable, given } from './alter-patch.js'
import type { Mutant } from './mutant.js'

/** A field whose value is stored as something smaller than it is. */
function lossy(
  id: string,
  breaks: string,
  field: keyof ThreadMetadataPatch & keyof StoredThread,
  lose: (value: never) => unknown,
  more: Partial<Mutant> = {},
): Mutant {
  return {
    id,
    breaks,
    violates: 'META-1',
    wrap: (store) =>
      withRecords(store, (thread) => {
        const value = thread[field]
        return value === null ? thread : { ...thread, [field]: lose(value as never) }
      }),
    ...more,
  }
}

/** Defects in what a patch stores and clears. */
export const metadataMutants: readonly Mutant[] = [
  lossy(
    'tokens-keep-total-only',
    'of the token usage only the total is stored',
    'tokenUsage',
    (usage: { totalTokens: number }) => ({
      inputTokens: 0,
      cachedInputTokens: 0,
      outputTokens: 0,
      reasoningOutputTokens: 0,
      totalTokens: usage.totalTokens,
    }),
    {
      mayAlsoBreak: ['META-11', 'RAW-2', 'META-2', 'META-10', 'META-16'],
      seenIn: 'threads.tokens_used of Codex',
    },
  ),
  lossy(
    'times-lose-milliseconds',
    'updatedAt is stored in whole seconds',
    'updatedAt',
    (time: string) => time.replace(/\.\d+Z/, '.000Z'),
    {
      violates: 'META-21',
      mayAlsoBreak: ['LIST-3', 'META-1', 'VAL-4'],
      seenIn: 'threads.updated_at of Codex before updated_at_ms',
    },
  ),
  lossy(
    'cwd-is-normalised',
    'a trailing slash of the working directory is dropped',
    'cwd',
    (cwd: string) => cwd.replace(/(.)\/$/, '$1'),
    {
      mayAlsoBreak: ['META-10', 'META-11', 'LIST-11', 'LIST-13'],
      seenIn: 'rollout/src/recorder.rs normalises for comparison',
    },
  ),
  lossy(
    'source-object-becomes-text',
    'a source that is an object reads back as its JSON text',
    'source',
    (source: unknown) => (typeof source === 'string' ? source : JSON.stringify(source)),
    {
      mayAlsoBreak: [
        'LIFE-2',
        'META-22',
        'META-11',
        'META-10',
        'META-25',
        'VAL-5',
        'LIST-9',
        'VAL-4',
      ],
      seenIn: 'threads.source of Codex',
    },
  ),
  lossy(
    'approval-object-is-lost',
    'an approval mode that is an object reads back as on-request',
    'approvalMode',
    (mode: unknown) => (typeof mode === 'string' ? mode : 'on-request'),
    {
      mayAlsoBreak: ['META-11', 'META-10', 'VAL-5'],
      seenIn: 'thread-store/src/local/read_thread.rs',
    },
  ),
  {
    id: 'list-forgets-model',
    breaks: 'a list shows no model',
    violates: 'LIST-14',
    mayAlsoBreak: ['META-1', 'META-11', 'HIST-2', 'ARCH-2', 'VAL-4'],
    seenIn: 'thread-store/src/local/read_thread.rs',
    wrap: (store) => withListed(store, (thread) => ({ ...thread, model: null })),
  },
  {
    id: 'memory-mode-is-write-only',
    breaks: 'the memory mode is accepted and never read back',
    violates: 'META-1',
    mayAlsoBreak: ['LIFE-2', 'META-11', 'META-7', 'META-10', 'META-14', 'META-16', 'RAW-2'],
    seenIn: 'openai/codex#21874',
    wrap: (store) => withRecords(store, (thread) => ({ ...thread, memoryMode: 'enabled' })),
  },
  {
    id: 'title-names-the-thread',
    breaks: 'setting the title also sets the name',
    violates: 'META-11',
    mayAlsoBreak: [
      'META-1',
      'META-10',
      'META-16',
      'META-4',
      'LIST-12',
      'CONC-5',
      'CONC-7',
      'META-12',
      'LIST-13',
    ],
    seenIn: 'threads.title of Codex holds both',
    wrap: (store) =>
      patching(store, (patch) =>
        patch.title !== undefined && patch.title !== null ? { ...patch, name: patch.title } : patch,
      ),
  },
  {
    id: 'patch-keeps-first-value',
    breaks: 'a field that has a value keeps it',
    violates: 'META-1',
    mayAlsoBreak: 'everything',
    seenIn: 'the COALESCE of Codex’s upsert',
    wrap: (store) =>
      altered(store, {
        updateThreadMetadata: async (params) => {
          const record = await recordOf(store, params.threadId)
          const patch = without(params.patch, (value, field) => {
            const before = record[field as keyof StoredThread]
            return value !== null && before !== null && before !== '' && field !== 'gitInfo'
          })
          return store.updateThreadMetadata({ ...params, patch })
        },
      }),
  },
  {
    id: 'patch-clears-absent',
    breaks: 'clearable fields absent from a patch are cleared',
    violates: 'META-2',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      patching(store, (patch) => {
        if (Object.keys(patch).length === 0) return patch
        const cleared = Object.keys(patchFields).filter(isClearable)
        return { ...Object.fromEntries(cleared.map((field) => [field, null])), ...patch }
      }),
  },
  {
    id: 'patch-undefined-clears',
    breaks: 'a clearable field that is undefined in a patch is cleared',
    violates: 'META-2',
    wrap: (store) =>
      patching(store, (patch) =>
        mapValues(patch, (value, field) =>
          value === undefined && isClearable(field) ? null : value,
        ),
      ),
  },
  {
    id: 'patch-ignores-clear',
    breaks: 'null leaves a field as it is',
    violates: 'META-3',
    mayAlsoBreak: ['META-12', 'META-18', 'LIST-19', 'CONC-5', 'CONC-7', 'META-11'],
    wrap: (store) => patching(store, (patch) => without(patch, (value) => value === null)),
  },
  {
    id: 'patch-clears-to-empty-text',
    breaks: 'null sets the name to the empty text',
    violates: 'META-3',
    mayAlsoBreak: ['META-12', 'META-18', 'CONC-5', 'CONC-7', 'META-11'],
    seenIn: 'threads.title of Codex',
    wrap: (store) =>
      patching(store, (patch) => (patch.name === null ? { ...patch, name: '' } : patch)),
  },
  {
    id: 'patch-cannot-clear-archived',
    breaks: 'null leaves the fields of an archived thread as they are',
    violates: 'META-3',
    mayAlsoBreak: ['CONC-5', 'CONC-7'],
    wrap: (store) =>
      patching(store, (patch, { includeArchived }) =>
        includeArchived === true ? without(patch, (value) => value === null) : patch,
      ),
  },
  {
    id: 'patch-ignores-wrong-null',
    breaks: 'null for a field that cannot be cleared is ignored',
    violates: 'META-4',
    mayAlsoBreak: ['ERR-2', 'ERR-6'],
    atEdge: true,
    wrap: (store) =>
      asking(store, {
        updateThreadMetadata: (params) => {
          if (typeof params?.patch !== 'object') return params
          const tolerated = (value: unknown, field: string): boolean =>
            value === null && !isClearable(field)
          return { ...params, patch: without(params.patch, tolerated) }
        },
      }),
  },
  {
    id: 'git-is-replaced-whole',
    breaks: 'a git patch clears the git fields it does not name',
    violates: 'META-5',
    mayAlsoBreak: ['META-2', 'META-12', 'META-17', 'META-18', 'META-11', 'META-16'],
    wrap: (store) =>
      patching(store, (patch) =>
        patch.gitInfo && Object.values(patch.gitInfo).some((value) => value !== undefined)
          ? {
              ...patch,
              gitInfo: { sha: null, branch: null, originUrl: null, ...given(patch.gitInfo) },
            }
          : patch,
      ),
  },
  {
    id: 'git-clear-is-ignored',
    breaks: 'null leaves a git field as it is',
    violates: 'META-5',
    mayAlsoBreak: ['META-6', 'META-12', 'META-17', 'META-18', 'META-11'],
    seenIn: 'openai/codex#21874',
    wrap: (store) =>
      patching(store, (patch) => {
        if (!patch.gitInfo) return patch
        const kept = Object.entries(patch.gitInfo).filter(([, value]) => value !== null)
        return { ...patch, gitInfo: Object.fromEntries(kept) }
      }),
  },
  {
    id: 'git-none-is-an-object',
    breaks: 'a thread without git facts has an object of nulls',
    violates: 'META-6',
    mayAlsoBreak: ['LIFE-2', 'META-23', 'RAW-2', 'DEL-1'],
    wrap: (store) =>
      withRecords(store, (thread) => ({
        ...thread,
        gitInfo: thread.gitInfo ?? { sha: null, branch: null, originUrl: null },
      })),
  },
]
