import { isJsonObject, type JsonObject, type JsonValue } from '../../src/protocol/json.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { StoredThread } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { claims } from '../claims.js'
import { appending, asking, despite, withItems, withRecords } from './alter.js'
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
  return changingWhole(store, (item) => mapped(item, change))
}

function changingTexts(store: ThreadStore, change: (text: string) => string): ThreadStore {
  return changingItems(store, (part) => (typeof part === 'string' ? change(part) : part))
}

function changingNumbers(
  store: ThreadStore,
  change: (number: number) => number | null,
): ThreadStore {
  return changingItems(store, (part) => (typeof part === 'number' ? change(part) : part))
}

/** Every item, changed whole. */
function changingWhole(store: ThreadStore, change: (item: JsonObject) => JsonValue): ThreadStore {
  return withItems(store, (items) => items.map((item) => change(item as JsonObject) as RolloutItem))
}

function changingName(store: ThreadStore, change: (text: string) => string): ThreadStore {
  return withRecords(store, (thread) => ({
    ...thread,
    name: thread.name === null ? null : change(thread.name),
  }))
}

/** The value without the fields a condition names, to its depths. */
function withoutFields(
  value: JsonValue,
  drop: (key: string, value: JsonValue) => boolean,
): JsonValue {
  if (Array.isArray(value)) return value.map((part: JsonValue) => withoutFields(part, drop))
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).filter(([key, part]) => !drop(key, part))
  return Object.fromEntries(entries.map(([key, part]) => [key, withoutFields(part, drop)]))
}

/** Defects that only rare values show. */
export const valueMutants: readonly Mutant[] = [
  {
    id: 'items-lose-nul',
    breaks: 'NUL is cut out of the texts of items',
    violates: 'VAL-1',
    seenIn: 'text and jsonb columns of PostgreSQL',
    wrap: (store) => changingTexts(store, (text) => text.replaceAll('\u0000', '')),
  },
  {
    id: 'items-lose-lone-surrogates',
    breaks: 'half a character becomes a replacement character',
    violates: 'VAL-1',
    mayAlsoBreak: ['CONC-5'],
    wrap: (store) => changingTexts(store, (text) => Buffer.from(text).toString()),
  },
  {
    id: 'items-are-normalised',
    breaks: 'texts of items are stored in normal form C',
    violates: 'VAL-1',
    mayAlsoBreak: ['CONC-5'],
    wrap: (store) => changingTexts(store, (text) => text.normalize('NFC')),
  },
  {
    id: 'items-lose-proto-keys',
    breaks: 'a field named __proto__ is lost',
    violates: 'VAL-1',
    mayAlsoBreak: ['CONC-5'],
    wrap: (store) =>
      changingWhole(store, (item) => withoutFields(item, (key) => key === '__proto__')),
  },
  {
    id: 'items-lose-null-fields',
    breaks: 'fields that are null are dropped',
    violates: 'VAL-1',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      changingWhole(store, (item) => withoutFields(item, (_key, value) => value === null)),
  },
  {
    id: 'items-stop-at-depth',
    breaks: 'what is nested deeper than 100 levels is lost',
    violates: 'VAL-1',
    wrap: (store) => changingWhole(store, (item) => cut(item, 100)),
  },
  {
    id: 'numbers-become-32-bit-floats',
    breaks: 'numbers of items keep seven digits',
    violates: 'VAL-2',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      changingNumbers(store, (number) => (Number.isInteger(number) ? number : Math.fround(number))),
  },
  {
    id: 'numbers-lose-minus-zero',
    breaks: '-0 becomes 0',
    violates: 'VAL-2',
    mayAlsoBreak: ['VAL-1', 'CONC-5'],
    wrap: (store) => changingNumbers(store, (number) => (Object.is(number, -0) ? 0 : number)),
  },
  {
    id: 'numbers-are-64-bit-integers',
    breaks: 'whole numbers beyond 2^63 are cut to it',
    violates: 'VAL-2',
    mayAlsoBreak: ['CONC-5', 'VAL-1'],
    wrap: (store) =>
      changingNumbers(store, (number) =>
        Number.isInteger(number) ? Math.min(number, 2 ** 63) : number,
      ),
  },
  {
    id: 'infinite-numbers-are-null',
    breaks: 'a number of an imported line that is too large for a double is read as null',
    violates: 'RAW-18',
    needs: claims('rawHistory'),
    wrap: (store) => changingNumbers(store, (number) => (Number.isFinite(number) ? number : null)),
  },
  {
    id: 'large-items-are-dropped',
    breaks: 'items beyond 64 KiB are acknowledged and dropped',
    violates: 'VAL-3',
    mayAlsoBreak: ['VAL-1'],
    wrap: (store) =>
      appending(store, (items) => items.filter((item) => JSON.stringify(item).length < 65_536)),
  },
  {
    id: 'large-batches-are-cut',
    breaks: 'of a batch only the first thousand items are stored',
    violates: 'VAL-3',
    mayAlsoBreak: ['VAL-4'],
    wrap: (store) => appending(store, (items) => items.slice(0, 1_000)),
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
      asking(store, {
        listThreads: (params) => {
          const { cwdFilters, modelProviders = [] } = params
          if (cwdFilters === undefined) return params
          const forms = (text: string): string[] => [
            text,
            text.normalize('NFC'),
            text.normalize('NFD'),
          ]
          return {
            ...params,
            cwdFilters: cwdFilters.flatMap(forms),
            modelProviders: modelProviders.flatMap(forms),
          }
        },
      }),
  },
  {
    id: 'bad-values-become-null',
    breaks: 'a number that JSON cannot hold is stored as null',
    violates: 'VAL-7',
    mayAlsoBreak: ['APPEND-6'],
    atEdge: true,
    wrap: (store) =>
      despite(store, 'invalid-item', {
        appendItems: (params) => {
          const items = params.items.map((item) =>
            typeof item.payload === 'number' ? { ...item, payload: null } : item,
          )
          return store.appendItems({ ...params, items })
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
      despite(store, 'history-mode', {
        loadHistory: async ({ threadId }) => ({ threadId, items: [], position: null }),
      }),
  },
]

function cut(value: JsonValue, depth: number): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) return null
  if (Array.isArray(value)) return value.map((part: JsonValue) => cut(part, depth - 1))
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, part]) => [key, cut(part, depth - 1)]),
  )
}

function plain(value: StoredThread['permissionProfile']): StoredThread['permissionProfile'] {
  return value === null ? null : (withoutFields(value, (key) => key === '__proto__') as JsonObject)
}
