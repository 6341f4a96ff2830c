import type { JsonObject, JsonValue } from '../../src/protocol/json.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { StoredThread } from '../../src/store/records.js'
import {
  hostileNumbers,
  hostileObjects,
  hostileTexts,
  nested,
  withProtoKey,
} from '../build/hostile.js'
import { at, item, messages, userMessage } from '../build/items.js'
import type { Field } from '../build/patches.js'
import { coldThread, liveThread } from '../build/threads.js'
import type { CaseContext, ConformanceCase } from '../case.js'
import { equal, holds, rejects } from '../expect.js'
import { conversationOf, listed, listedIds, observing, recordOf } from '../observe.js'

/** Payloads come back as they went in, read twice to catch stores that cache what they were given. */
async function roundTrips(context: CaseContext, payloads: readonly JsonValue[]): Promise<void> {
  const { store } = context
  const items = payloads.map((payload) => item('event_msg', payload))
  const threadId = await liveThread(context, store, { items })
  equal(await conversationOf(store, threadId), items)
  await store.shutdownThread({ threadId })
  equal(await conversationOf(store, threadId), items, 'after shutdown')
}

const textFields: readonly Field[] = [
  'name',
  'preview',
  'title',
  'modelProvider',
  'model',
  'reasoningEffort',
  'threadSource',
  'agentNickname',
  'agentRole',
  'agentPath',
  'cwd',
  'cliVersion',
  'firstUserMessage',
]

function textsOf(thread: StoredThread): object {
  return Object.fromEntries(textFields.map((field) => [field, thread[field]]))
}

const twins: readonly (readonly [string, string])[] = [
  ['Case', 'case'],
  ['caf\u00e9', 'cafe\u0301'],
  ['a', 'a '],
  ['a%', 'ab'],
  ['c_', 'cb'],
  ['/srv/x', '/srv/x/'],
]

/** Values that are legal and rare. */
export const valueCases: readonly ConformanceCase[] = [
  {
    id: 'value.texts',
    title: 'texts of items come back as they were, NUL and lone surrogates among them',
    requirements: ['VAL-1'],
    set: 'smoke',
    run: (context) =>
      roundTrips(
        context,
        hostileTexts.map((message) => ({ type: 'x', message })),
      ),
  },
  {
    id: 'value.shapes',
    title: 'payloads of any shape come back as they were',
    requirements: ['VAL-1'],
    set: 'smoke',
    run: (context) =>
      roundTrips(context, [
        ...hostileObjects,
        [...hostileObjects],
        null,
        true,
        false,
        '',
        [],
        nested(200, 'array'),
        nested(200, 'object'),
        'a bare text',
        42,
      ]),
  },
  {
    id: 'value.item-keys',
    title: 'fields beside the known ones may have any name',
    requirements: ['VAL-1'],
    run: async (context, store) => {
      const items: RolloutItem[] = [
        { ...userMessage('proto'), ...withProtoKey({ polluted: true }) },
        { ...userMessage('odd'), '': 1, constructor: 'c', toJSON: 't', 'a\u0000b': null },
        { timestamp: at(0), type: '__proto__', payload: withProtoKey(null) },
        { timestamp: at(0), type: 'lone \ud800', payload: {} },
      ]
      const threadId = await liveThread(context, store, { items })
      equal(await conversationOf(store, threadId), items)
      holds(!('polluted' in {}), 'no prototype was polluted')
    },
  },
  {
    id: 'value.numbers',
    title: 'numbers come back as the same double',
    requirements: ['VAL-2'],
    set: 'smoke',
    run: (context) => roundTrips(context, [{ numbers: hostileNumbers }, ...hostileNumbers]),
  },
  {
    id: 'value.large-item',
    title: 'an item of 1 MiB comes back whole, alone and among small ones',
    requirements: ['VAL-3'],
    run: async (context, store) => {
      const large = userMessage('é0'.repeat(350_000))
      const items = [...messages(2), large, ...messages(2, 'after')]
      const threadId = await liveThread(context, store, { items: [large] })
      await store.appendItems({ threadId, items })
      await store.shutdownThread({ threadId })
      equal(await conversationOf(store, threadId), [large, ...items])
    },
  },
  {
    id: 'value.many-small',
    title: 'a batch of two thousand items comes back whole',
    requirements: ['VAL-3'],
    run: async (context, store) => {
      const items = messages(2_000)
      const threadId = await liveThread(context, store, { items })
      equal(await conversationOf(store, threadId), items)
    },
  },
  {
    id: 'value.record-texts',
    title: 'every text of the record keeps any text exactly',
    requirements: ['VAL-4'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await coldThread(context, store)
      for (const text of hostileTexts) {
        const patch = Object.fromEntries(textFields.map((field) => [field, text]))
        const returned = await store.updateThreadMetadata({ threadId, patch })
        for (const thread of [
          returned,
          await recordOf(store, threadId),
          (await listed(store))[0],
        ]) {
          equal(thread && textsOf(thread), patch)
        }
      }
    },
  },
  {
    id: 'value.created-texts',
    title: 'texts given at creation are kept exactly',
    requirements: ['VAL-4'],
    run: async (context, store) => {
      for (const text of hostileTexts.slice(0, 20)) {
        const gitInfo = { sha: text, branch: text, originUrl: text }
        const metadata = { cwd: text, modelProvider: text, cliVersion: text, gitInfo }
        const threadId = await coldThread(context, store, {
          source: { custom: text },
          threadSource: text,
          metadata,
        })
        const record = await recordOf(store, threadId)
        const { cwd, modelProvider, cliVersion } = record
        equal({ cwd, modelProvider, cliVersion, gitInfo: record.gitInfo }, metadata)
        equal([record.source, record.threadSource], [{ custom: text }, text])
      }
    },
  },
  {
    id: 'value.record-objects',
    title: 'objects of the record hold any JSON object',
    requirements: ['VAL-5'],
    run: async (context, store) => {
      const objects: readonly JsonObject[] = [
        ...hostileObjects,
        { numbers: hostileNumbers },
        { texts: hostileTexts },
        { deep: nested(60, 'object') },
      ]
      for (const value of objects) {
        const threadId = await coldThread(context, store, { source: value, extraConfig: value })
        const patch = { permissionProfile: value, approvalMode: value }
        await store.updateThreadMetadata({ threadId, patch })
        const { source, extraConfig, permissionProfile, approvalMode } = await recordOf(
          store,
          threadId,
        )
        equal([source, extraConfig, permissionProfile, approvalMode], [value, value, value, value])
      }
    },
  },
  {
    id: 'value.twins',
    title: 'texts that differ in case, form, space or a pattern character are different',
    requirements: ['VAL-6'],
    run: async (context, store) => {
      for (const [one, other] of twins) {
        const first = await coldThread(context, store, {
          metadata: { cwd: one, modelProvider: one },
        })
        const second = await coldThread(context, store, {
          metadata: { cwd: other, modelProvider: other },
        })
        for (const [text, id] of [
          [one, first],
          [other, second],
        ] as const) {
          const by = { cwdFilters: [text], modelProviders: [text], allowedSources: ['cli'] }
          equal(await listedIds(store, by), [id], `listed with ${JSON.stringify(text)}`)
        }
      }
    },
  },
  {
    id: 'value.refused',
    title: 'a value that JSON cannot hold is refused, not changed',
    requirements: ['VAL-7'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      const circular: Record<string, unknown> = { type: 'x' }
      circular['self'] = circular
      const payloads: readonly unknown[] = [
        Number.NaN,
        Infinity,
        undefined,
        1n,
        Symbol('s'),
        () => 1,
        { when: new Map([[1, 2]]) },
        { lost: undefined },
        Object.assign([1], { length: 3 }),
        { nested: { deep: [Number.NaN] } },
        circular,
        Buffer.from('bytes'),
        Object.create({ inherited: 1 }),
        { toJSON: () => 'something else' },
      ]
      for (const payload of payloads) {
        const items = [{ timestamp: at(0), type: 'event_msg', payload } as RolloutItem]
        await rejects(
          () => store.appendItems({ threadId, items }),
          ['INVALID_REQUEST invalid-item', 'INVALID_REQUEST malformed-params'],
          observing(store, threadId),
        )
      }
    },
  },
]
