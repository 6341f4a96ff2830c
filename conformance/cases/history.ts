import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import { chunksOf } from '../build/chunks.js'
import { bareImport } from '../build/imports.js'
import { at, item, messages, turn, userMessage } from '../build/items.js'
import { fullPatch } from '../build/patches.js'
import { coldThread, liveThread } from '../build/threads.js'
import type { ConformanceCase } from '../case.js'
import { claims, lacks } from '../claims.js'
import { equal, rejects } from '../expect.js'
import { conversationOf, itemsOf, listed, observing, recordOf } from '../observe.js'

/** Reading a history, and what holds still once it was read. */
export const historyCases: readonly ConformanceCase[] = [
  {
    id: 'history.same-in-every-read',
    title: 'readThread with history gives the history loadHistory gives',
    requirements: ['HIST-1'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store, { items: turn('turn-1', 'hello') })
      const history = await store.loadHistory({ threadId })
      const record = await recordOf(store, threadId)
      equal(record.history, null)
      equal(await store.readThread({ threadId, includeHistory: true }), { ...record, history })
      equal(history.threadId, threadId)
    },
  },
  {
    id: 'history.snapshot-holds-still',
    title: 'what was read holds still while the thread is appended to and patched',
    requirements: ['HIST-2'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store, { patch: fullPatch(0) })
      const record = await store.readThread({ threadId, includeHistory: true })
      const history = await store.loadHistory({ threadId })
      const list = await listed(store)
      const returned = await store.updateThreadMetadata({ threadId, patch: {} })
      const kept = structuredClone({ record, history, list, returned })
      await store.appendItems({ threadId, items: messages(3, 'later') })
      await store.updateThreadMetadata({ threadId, patch: fullPatch(1) })
      await store.archiveThread({ threadId })
      equal({ record, history, list, returned }, kept)
    },
  },
  {
    id: 'history.nothing-aliased',
    title: 'changing what was returned changes nothing in the store',
    requirements: ['HIST-3'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store, {
        items: turn('turn-1', 'hello'),
        extraConfig: { nested: { list: [1] } },
        patch: fullPatch(0),
      })
      const before = structuredClone(await store.readThread({ threadId, includeHistory: true }))
      const returned: unknown[] = [
        await store.updateThreadMetadata({ threadId, patch: {} }),
        await store.readThread({ threadId, includeHistory: true }),
        await store.loadHistory({ threadId }),
        await store.listThreads({ pageSize: 10 }),
      ]
      for (const value of returned) spoil(value)
      equal(await store.readThread({ threadId, includeHistory: true }), before)
    },
  },
  {
    id: 'history.one-point-in-time',
    title: 'a record read beside appends and patches comes with the history of its own moment',
    requirements: ['HIST-4'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store, { items: [userMessage('0')] })
      await store.updateThreadMetadata({ threadId, patch: { preview: '0' } })
      const rounds = 20
      const write = async (): Promise<void> => {
        for (let round = 1; round <= rounds; round += 1) {
          await store.updateThreadMetadata({ threadId, patch: { preview: String(round) } })
          await store.appendItems({ threadId, items: [userMessage(String(round))] })
        }
      }
      const read = async (): Promise<void> => {
        for (let round = 0; round < rounds; round += 1) {
          const { preview, history } = await store.readThread({ threadId, includeHistory: true })
          const said = (history?.items ?? []).filter(({ type }) => type === 'event_msg').length - 1
          // Each round patches first: the history may be one round behind the record, never more.
          const behind = Number(preview) - said
          equal(behind === 0 || behind === 1, true, `preview ${preview} beside ${said} messages`)
        }
      }
      await Promise.all([write(), read(), read()])
    },
  },
  {
    id: 'history.position',
    title: 'a position names the rollout, the next ordinal and the length in bytes',
    requirements: ['HIST-6'],
    requires: claims('lineage', 'rawHistory'),
    run: async (context, store) => {
      const threadId = await liveThread(context, store, { historyMode: 'paginated' })
      for (const round of [1, 2]) {
        await store.appendItems({ threadId, items: messages(round) })
        const { items, position } = await store.loadHistory({ threadId })
        const { rollouts } = await store.historyDigest({ threadId })
        equal(position, {
          rolloutId: threadId,
          endOrdinalExclusive: items.length,
          endByteOffset: rollouts[0]?.byteCount,
        })
      }
    },
  },
  {
    id: 'history.damaged-ordinals',
    title: 'a position has the ordinal of what is appended next, whatever ordinals came before it',
    requirements: ['HIST-6'],
    requires: claims('lineage', 'rawHistory'),
    run: async (context, store) => {
      for (const ordinal of ['x', -7, 0, 7]) {
        const threadId = context.threadId()
        const payload = { id: threadId, timestamp: at(0), history_mode: 'paginated' }
        const lines = [
          { timestamp: at(0), ordinal: 0, type: 'session_meta', payload },
          { timestamp: at(1), ordinal, type: 'event_msg', payload: { type: 'token_count' } },
        ]
        const bytes = chunksOf(...lines.map((line) => `${JSON.stringify(line)}\n`))
        await store.importThread(bareImport(threadId, bytes, { historyMode: 'paginated' }))
        const { position } = await store.loadHistory({ threadId })
        await store.resumeThread({ threadId })
        await store.appendItems({ threadId, items: messages(1) })
        await store.shutdownThread({ threadId })
        const next = (await itemsOf(store, threadId)).at(-1)?.ordinal
        equal(position?.endOrdinalExclusive, next, `behind ${JSON.stringify(ordinal)}`)
        equal(Number.isSafeInteger(next), true, `${next} follows ${JSON.stringify(ordinal)}`)
      }
    },
  },
  {
    id: 'history.no-position',
    title: 'a history of a store without lineage has no position',
    requirements: ['HIST-6'],
    requires: lacks('lineage'),
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      equal((await store.loadHistory({ threadId })).position, null)
    },
  },
  {
    id: 'history.ordinals',
    title: 'items of a paginated history have ordinals without gaps',
    requirements: ['HIST-7'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store, { historyMode: 'paginated' })
      await store.appendItems({ threadId, items: messages(1, 'more') })
      await store.shutdownThread({ threadId })
      await store.resumeThread({ threadId })
      await store.appendItems({ threadId, items: messages(2, 'again') })
      const items = await itemsOf(store, threadId)
      equal(
        items.map(({ ordinal }) => ordinal),
        items.map((_, index) => index),
      )
      const given = [...messages(2), ...messages(1, 'more'), ...messages(2, 'again')]
      equal(
        items.slice(1),
        given.map((one, index) => ({ ...one, ordinal: index + 1 })),
      )
    },
  },
  {
    id: 'history.given-ordinals',
    title: 'an ordinal that is given is the one the item gets, or the batch is refused',
    requirements: ['HIST-8'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store, { items: [], historyMode: 'paginated' })
      const [one, two] = messages(2) as [RolloutItem, RolloutItem]
      await store.appendItems({ threadId, items: [{ ...one, ordinal: 1 }, two] })
      for (const ordinals of [[2], [4], [3, 3], [3, 5], [0]]) {
        const items = ordinals.map((ordinal, index) => ({
          ...userMessage(`wrong ${index}`),
          ordinal,
        }))
        await rejects(
          () => store.appendItems({ threadId, items }),
          'INVALID_REQUEST invalid-item',
          observing(store, threadId),
        )
      }
      await store.appendItems({
        threadId,
        items: [
          { ...one, ordinal: 3 },
          { ...two, ordinal: 4 },
        ],
      })
      equal(
        (await itemsOf(store, threadId)).map(({ ordinal }) => ordinal),
        [0, 1, 2, 3, 4],
      )
    },
  },
  {
    id: 'history.legacy-has-no-ordinals',
    title: 'items of a legacy history come back without ordinals, or with those they were given',
    requirements: ['APPEND-2'],
    run: async (context, store) => {
      const items = [userMessage('plain'), { ...userMessage('numbered'), ordinal: 17 }]
      const threadId = await liveThread(context, store, { items })
      equal(await conversationOf(store, threadId), items)
    },
  },
  {
    id: 'history.mode-is-fixed',
    title: 'no later session_meta changes the history mode',
    requirements: ['HIST-10'],
    run: async (context, store) => {
      for (const historyMode of ['legacy', 'paginated'] as const) {
        const threadId = await coldThread(context, store, { historyMode })
        await store.resumeThread({ threadId })
        const other = historyMode === 'legacy' ? 'paginated' : 'legacy'
        const meta = { id: threadId, timestamp: at(1), cwd: '/x', history_mode: other }
        const { history_mode: _left, ...without } = meta
        await store.appendItems({
          threadId,
          items: [item('session_meta', meta), item('session_meta', without), ...messages(1, 'x')],
        })
        await store.shutdownThread({ threadId })
        equal((await recordOf(store, threadId)).historyMode, historyMode)
        const last = (await itemsOf(store, threadId)).at(-1)
        equal(last?.ordinal !== undefined, historyMode === 'paginated')
      }
    },
  },
]

/** Changes everything that can be changed in a value, to its depths. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const part of Object.values(value)) spoil(part)
  for (const key of Object.keys(value)) Reflect.set(value, key, 'spoiled')
  if (Array.isArray(value)) value.push('spoiled')
}
