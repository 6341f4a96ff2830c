import { isJsonObject, type JsonObject, type JsonValue } from '../../src/protocol/json.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { StoredThread } from '../../src/store/records.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { claims } from '../claims.js'
import { altered, withItems, withRecords } from './alter.js'
import type { Mutant } from './mutant.js'

/** Every text and number in a value, changed on the way. */
function mapped(value: JsonValue, change: (part: string | number) => JsonValue): JsonValue {
  if (typeof value === 'string' || typeof value === 'number') return change(value)
  if (Array.isArray(value)) return value.map((part: JsonValue) => mapped(part, change))
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).map(([key, part]) => [key, mapped(part, change)] as const)
  return Object.fromEntries(entries)
}

function changingItems(
  store: ThreadStore,
  change: (part: string | number) => JsonValue,
): ThreadStore {
  return withItems(store, (items) =>
    items.map((item) => mapped(item as JsonObject, change) as RolloutItem),
  )
}

function texts(change: (text: string) => string): (part: string | number) => JsonValue {
  return (part) => (typeof part === 'string' ? change(part) : part)
}

function changingName(store: ThreadStore, change: (text: string) => string): ThreadStore {
  return withRecords(store, (thread) => ({
    ...thread,
    name: thread.name === null ? null : change(thread.name),
  }))
}

/** Objects parsed anew without the keys a condition names. */
function withoutKeys(value: JsonValue, drop: (key: string) => boolean): JsonValue {
  if (Array.isArray(value)) return value.map((part: JsonValue) => withoutKeys(part, drop))
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).filter(([key]) => !drop(key))
  return Object.fromEntries(entries.map(([key, part]) => [key, withoutKeys(part, drop)]))
}

/** Defects that only rare values show. */
export const valueMutants: readonly Mutant[] = [
  {
    id: 'items-lose-nul',
    breaks: 'NUL is cut out of the texts of items',
    violates: 'VAL-1',
    seenIn: 'text and jsonb columns of PostgreSQL',
    wrap: (store) =>
      changingItems(
        store,
        texts((text) => text.replaceAll('\u0000', '')),
      ),
  },
  {
    id: 'items-lose-lone-surrogates',
    breaks: 'half a character becomes a replacement character',
    violates: 'VAL-1',
    mayAlsoBreak: ['CONC-5'],
    wrap: (store) =>
      changingItems(
        store,
        texts((text) => Buffer.from(text).toString()),
      ),
  },
  {
    id: 'items-are-normalised',
    breaks: 'texts of items are stored in normal form C',
    violates: 'VAL-1',
    mayAlsoBreak: ['CONC-5'],
    wrap: (store) =>
      changingItems(
        store,
        texts((text) => text.normalize('NFC')),
      ),
  },
  {
    id: 'items-lose-proto-keys',
    breaks: 'a field named __proto__ is lost',
    violates: 'VAL-1',
    mayAlsoBreak: ['CONC-5'],
    wrap: (store) =>
      withItems(store, (items) =>
        items.map(
          (item) => withoutKeys(item as JsonObject, (key) => key === '__proto__') as RolloutItem,
        ),
      ),
  },
  {
    id: 'items-lose-null-fields',
    breaks: 'fields that are null are dropped',
    violates: 'VAL-1',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      withItems(store, (items) => items.map((item) => withoutNulls(item) as RolloutItem)),
  },
  {
    id: 'items-stop-at-depth',
    breaks: 'what is nested deeper than 100 levels is lost',
    violates: 'VAL-1',
    wrap: (store) =>
      withItems(store, (items) => items.map((item) => cut(item as JsonObject, 100) as RolloutItem)),
  },
  {
    id: 'numbers-become-32-bit-floats',
    breaks: 'numbers of items keep seven digits',
    violates: 'VAL-2',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      changingItems(store, (part) =>
        typeof part === 'number' && !Number.isInteger(part) ? Math.fround(part) : part,
      ),
  },
  {
    id: 'numbers-lose-minus-zero',
    breaks: '-0 becomes 0',
    violates: 'VAL-2',
    mayAlsoBreak: ['VAL-1', 'CONC-5'],
    wrap: (store) => changingItems(store, (part) => (Object.is(part, -0) ? 0 : part)),
  },
  {
    id: 'numbers-are-64-bit-integers',
    breaks: 'whole numbers beyond 2^63 are cut to it',
    violates: 'VAL-2',
    mayAlsoBreak: ['CONC-5', 'VAL-1'],
    wrap: (store) =>
      changingItems(store, (part) =>
        typeof part === 'number' && Number.isInteger(part) ? Math.min(part, 2 ** 63) : part,
      ),
  },
  {
    id: 'infinite-numbers-are-null',
    breaks: 'a number of an imported line that is too large for a double is read as null',
    violates: 'RAW-18',
    needs: claims('rawHistory'),
    wrap: (store) =>
      changingItems(store, (part) =>
        typeof part === 'number' && !Number.isFinite(part) ? null : part,
      ),
  },
  {
    id: 'large-items-are-dropped',
    breaks: 'items beyond 64 KiB are acknowledged and dropped',
    violates: 'VAL-3',
    mayAlsoBreak: ['VAL-1'],
    wrap: (store) =>
      altered(store, {
        appendItems: (params) =>
          store.appendItems({
            ...params,
            items: params.items.filter((item) => JSON.stringify(item).length < 65_536),
          }),
      }),
  },
  {
    id: 'large-batches-are-cut',
    breaks: 'of a batch only the first thousand items are stored',
    violates: 'VAL-3',
    mayAlsoBreak: ['VAL-4'],
    wrap: (store) =>
      altered(store, {
        appendItems: (params) =>
          store.appendItems({ ...params, items: params.items.slice(0, 1_000) }),
      }),
  },
  {
    id: 'names-are-trimmed',
    breaks: 'spaces around a name are dropped',
    violates: 'VAL-4',
    mayAlsoBreak: ['META-11', 'META-12'],
    wrap: (store) => changingName(store, (name) => name.trim()),
  },
  {
    id: 'names-are-cut',
    breaks: 'a name is cut at 255 characters',
    violates: 'VAL-4',
    wrap: (store) => changingName(store, (name) => name.slice(0, 255)),
  },
  {
    id: 'names-are-normalised',
    breaks: 'a name is stored in normal form C',
    violates: 'VAL-4',
    mayAlsoBreak: ['META-11'],
    wrap: (store) => changingName(store, (name) => name.normalize('NFC')),
  },
  {
    id: 'names-lose-nul',
    breaks: 'NUL is cut out of names',
    violates: 'VAL-4',
    mayAlsoBreak: ['META-11'],
    wrap: (store) => changingName(store, (name) => name.replaceAll('\u0000', '')),
  },
  {
    id: 'empty-texts-become-null',
    breaks: 'an empty reasoning effort reads as null',
    violates: 'VAL-4',
    mayAlsoBreak: ['META-11', 'META-12'],
    wrap: (store) =>
      withRecords(store, (thread) => ({
        ...thread,
        reasoningEffort: thread.reasoningEffort || null,
      })),
  },
  {
    id: 'record-objects-lose-proto-keys',
    breaks: 'a field named __proto__ of an object of the record is lost',
    violates: 'VAL-5',
    wrap: (store) =>
      withRecords(store, (thread) => ({
        ...thread,
        permissionProfile: plain(thread.permissionProfile),
        extraConfig: plain(thread.extraConfig),
      })),
  },
  {
    id: 'cwds-ignore-form',
    breaks: 'directories that differ in normal form are the same to a filter',
    violates: 'VAL-6',
    wrap: (store) =>
      altered(store, {
        listThreads: (params) =>
          store.listThreads(
            params.cwdFilters
              ? {
                  ...params,
                  cwdFilters: params.cwdFilters.flatMap((cwd) => [
                    cwd,
                    cwd.normalize('NFC'),
                    cwd.normalize('NFD'),
                  ]),
                  modelProviders: (params.modelProviders ?? []).flatMap((one) => [
                    one,
                    one.normalize('NFC'),
                    one.normalize('NFD'),
                  ]),
                }
              : params,
          ),
      }),
  },
  {
    id: 'bad-values-become-null',
    breaks: 'a number that JSON cannot hold is stored as null',
    violates: 'VAL-7',
    mayAlsoBreak: ['APPEND-6'],
    atEdge: true,
    wrap: (store) =>
      altered(store, {
        appendItems: async (params) => {
          try {
            await store.appendItems(params)
          } catch (reason) {
            if (!ThreadStoreError.is(reason) || reason.details.reason !== 'invalid-item')
              throw reason
            const items = params.items.map((item) =>
              typeof item.payload === 'number' ? { ...item, payload: null } : item,
            )
            await store.appendItems({ ...params, items })
          }
        },
      }),
  },
  {
    id: 'unknown-mode-reads-as-legacy',
    breaks: 'a history of an unknown mode is read as if it were legacy',
    violates: 'HIST-9',
    needs: claims('rawHistory'),
    seenIn: 'openai/codex#29927',
    wrap: (store) =>
      altered(store, {
        loadHistory: async (params) => {
          try {
            return await store.loadHistory(params)
          } catch (reason) {
            if (!ThreadStoreError.is(reason) || reason.details.reason !== 'history-mode')
              throw reason
            return { threadId: params.threadId, items: [], position: null }
          }
        },
      }),
  },
]

function withoutNulls(value: JsonValue | RolloutItem): JsonValue {
  if (Array.isArray(value)) return value.map((part: JsonValue) => withoutNulls(part))
  if (!isJsonObject(value)) return value as JsonValue
  const entries = Object.entries(value).filter(([, part]) => part !== null)
  return Object.fromEntries(entries.map(([key, part]) => [key, withoutNulls(part)]))
}

function cut(value: JsonValue, depth: number): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) return null
  if (Array.isArray(value)) return value.map((part: JsonValue) => cut(part, depth - 1))
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, part]) => [key, cut(part, depth - 1)]),
  )
}

function plain(value: StoredThread['permissionProfile']): StoredThread['permissionProfile'] {
  return value === null ? null : (withoutKeys(value, (key) => key === '__proto__') as JsonObject)
}
