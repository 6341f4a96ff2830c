import { isDeepStrictEqual } from 'node:util'
import type { RolloutFile } from '../../src/store/records.js'
import { bytesOf, chunksOf } from '../build/chunks.js'
import {
  bareImport,
  importedRecord,
  importedRollout,
  messageLine,
  metaLine,
} from '../build/imports.js'
import { messages, turn, userMessage } from '../build/items.js'
import { creating } from '../build/params.js'
import { fullPatch } from '../build/patches.js'
import { archivedThread, coldThread } from '../build/threads.js'
import type { ConformanceCase } from '../case.js'
import { claims } from '../claims.js'
import { equal, holds, outcomeOf, rejects } from '../expect.js'
import { listed, observe, observing, recordOf } from '../observe.js'
import { needing } from './needing.js'

function fileOf(threadId: string): RolloutFile {
  return {
    name: `sessions/2026/11/22/rollout-2026-11-22T11-59-47-${threadId}.jsonl`,
    modifiedAt: '2026-11-22T11:59:47.357411109Z',
  }
}

const common = { requires: claims('rawHistory') }

/** What goes with the bytes of a rollout. */
export const rawFileCases: readonly ConformanceCase[] = needing(common, [
  {
    id: 'raw.imports-in-turn',
    title: 'of two imports of a thread at the same time the later finds what the other has stored',
    requirements: ['RAW-21'],
    run: async (context, store) => {
      const threadId = context.threadId()
      const imported = async (rolloutId: string): Promise<string[]> => {
        const thread = importedRecord(threadId, { name: rolloutId })
        const rollouts = [importedRollout(rolloutId, chunksOf(metaLine(threadId)))]
        const receipt = await store.importThread({ thread, rollouts })
        return receipt.rollouts.map((rollout) => rollout.rolloutId)
      }
      const [a, b] = [context.threadId(), context.threadId()]
      const others = [0, 1, 2, 3].map(() => context.threadId())
      // A store may gather imports and store them together while it is busy with others.
      const before = others.map((id) => store.importThread(bareImport(id, chunksOf(metaLine(id)))))
      const [first, second] = await Promise.all([outcomeOf(imported(a)), outcomeOf(imported(b))])
      await Promise.all(before)
      const busy = { rejected: 'CONFLICT already-live' }
      const accepted = [
        { stored: [a, b], first: { resolved: [a] }, second: { resolved: [a, b] } },
        { stored: [b, a], first: { resolved: [b, a] }, second: { resolved: [b] } },
        { stored: [a], first: { resolved: [a] }, second: busy },
        { stored: [b], first: busy, second: { resolved: [b] } },
      ]
      const { rollouts } = await store.historyDigest({ threadId })
      const stored = rollouts.map(({ rolloutId }) => rolloutId)
      const found = { stored, first, second }
      const isAccepted = accepted.some((each) => isDeepStrictEqual(found, each))
      holds(isAccepted, `one import after the other, and not ${JSON.stringify(found)}`)
      equal((await recordOf(store, threadId)).name, stored.at(-1))
    },
  },
  {
    id: 'raw.rollout-id-is-taken',
    title: 'a thread with the id of another one’s rollout leaves that rollout alone',
    requirements: ['LIFE-26'],
    run: async (context, store) => {
      const [threadId, rolloutId] = [context.threadId(), context.threadId()]
      const rollouts = [
        importedRollout(rolloutId, chunksOf(metaLine(threadId), '{"type":"own"}\n')),
      ]
      await store.importThread({ thread: importedRecord(threadId), rollouts })
      const before = await observe(store, threadId)
      const outcome = await outcomeOf(store.createThread(creating(rolloutId)))
      const answers = [{ resolved: undefined }, { rejected: 'CONFLICT already-exists' }]
      const isAnswer = answers.some((answer) => isDeepStrictEqual(outcome, answer))
      holds(isAnswer, `created, or already-exists, and not ${JSON.stringify(outcome)}`)
      equal(await observe(store, threadId), before)
    },
  },
  {
    id: 'raw.file-facts',
    title: 'name, time and fingerprint of an imported file come back',
    requirements: ['RAW-13'],
    run: async (context, store) => {
      const threadId = context.threadId()
      const fingerprint = 'dev:ino:12:34'
      const file = fileOf(threadId)
      const rollout = importedRollout(threadId, chunksOf(metaLine(threadId)), { file, fingerprint })
      await store.importThread({ thread: importedRecord(threadId), rollouts: [rollout] })
      const [exported] = (await store.exportThread({ threadId })).rollouts
      equal(exported?.file, file)
      // A store that owns the bytes as a file makes a fingerprint of its own.
      if (!store.supports.paths) equal(exported?.fingerprint, fingerprint)
    },
  },
  {
    id: 'raw.fingerprint-goes',
    title: 'a fingerprint that was given does not outlive a change of the bytes',
    requirements: ['RAW-13'],
    run: async (context, store) => {
      const threadId = context.threadId()
      const fingerprint = 'before'
      const rollout = importedRollout(threadId, chunksOf(metaLine(threadId)), { fingerprint })
      await store.importThread({ thread: importedRecord(threadId), rollouts: [rollout] })
      await store.resumeThread({ threadId })
      await store.appendItems({ threadId, items: messages(1) })
      await store.shutdownThread({ threadId })
      const [exported] = (await store.exportThread({ threadId })).rollouts
      equal(exported?.fingerprint === fingerprint, false)
    },
  },
  {
    id: 'raw.include-rollouts',
    title: 'a record read or listed with its rollouts has the facts of their export',
    requirements: ['RAW-14'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store)
      const { rollouts } = await store.exportThread({ threadId })
      const facts = rollouts.map(({ rolloutId, base, byteCount, fingerprint }) => {
        return { rolloutId, base, byteCount, fingerprint }
      })
      const read = await store.readThread({ threadId, includeRollouts: true })
      const [entry] = await listed(store, { includeRollouts: true })
      for (const thread of [read, entry]) {
        const shown = thread?.rollouts?.map(({ rolloutId, base, byteCount, fingerprint }) => {
          return { rolloutId, base, byteCount, fingerprint }
        })
        equal(shown, facts)
      }
      const [digest] = (await store.historyDigest({ threadId })).rollouts
      const [stored] = read.rollouts ?? []
      equal([digest?.sha256, null].includes(stored?.sha256 ?? null), true)
      equal([digest?.itemCount, null].includes(stored?.itemCount ?? null), true)
      equal((await recordOf(store, threadId)).rollouts, null)
      equal((await listed(store))[0]?.rollouts, null)
    },
  },
  {
    id: 'raw.round-trip',
    title: 'what is exported, imported elsewhere and exported again is the same thread',
    requirements: ['RAW-15'],
    run: async (context, store) => {
      const threadId = await archivedThread(context, store, {
        items: turn('turn-1', 'hello'),
        patch: fullPatch(0),
        extraConfig: { a: 1 },
      })
      const exported = await store.exportThread({ threadId })
      const bytes = await Promise.all(exported.rollouts.map((rollout) => bytesOf(rollout.read())))
      const digest = await store.historyDigest({ threadId })
      const elsewhere = await context.fresh()
      const rollouts = exported.rollouts.map(({ rolloutId, base, file: facts }, index) => {
        const chunks = chunksOf(bytes[index] ?? Buffer.alloc(0))
        return importedRollout(rolloutId, chunks, { base, file: facts })
      })
      const receipt = await elsewhere.importThread({ thread: exported.thread, rollouts })
      equal(receipt, digest)
      const again = await elsewhere.exportThread({ threadId })
      const { rolloutPath } = elsewhere.supports.paths ? again.thread : exported.thread
      equal(again.thread, { ...exported.thread, rolloutPath })
      const copied = await Promise.all(again.rollouts.map((rollout) => bytesOf(rollout.read())))
      equal(copied, bytes)
    },
  },
  {
    id: 'raw.resume-imported',
    title: 'what is appended to an imported thread follows what was imported',
    requirements: ['RAW-16'],
    run: async (context, store) => {
      const threadId = context.threadId()
      const line = messageLine('imported')
      await store.importThread(bareImport(threadId, chunksOf(metaLine(threadId), line)))
      const before = await recordOf(store, threadId)
      await store.resumeThread({ threadId })
      await store.appendItems({ threadId, items: [userMessage('appended')] })
      await store.shutdownThread({ threadId })
      const { items } = await store.loadHistory({ threadId })
      equal(items.slice(1), [userMessage('imported'), userMessage('appended')])
      equal(await recordOf(store, threadId), before)
    },
  },
  {
    id: 'history.unknown-mode',
    title: 'a history of an unknown mode is kept and exported, not read or extended',
    requirements: ['HIST-9'],
    run: async (context, store) => {
      const threadId = context.threadId()
      const text = metaLine(threadId, 'holographic')
      const historyMode = 'holographic'
      await store.importThread(bareImport(threadId, chunksOf(text), { historyMode }))
      const unchanged = observing(store, threadId)
      const unsupported = 'UNSUPPORTED history-mode'
      await rejects(() => store.loadHistory({ threadId }), unsupported, unchanged)
      await rejects(() => store.readThread({ threadId, includeHistory: true }), unsupported)
      await rejects(() => store.resumeThread({ threadId }), unsupported, unchanged)
      if (store.supports.turns) {
        await rejects(() => store.listTurns({ threadId, pageSize: 1 }), unsupported)
      }
      equal((await recordOf(store, threadId)).historyMode, 'holographic')
      const [rollout] = (await store.exportThread({ threadId })).rollouts
      equal(rollout && (await bytesOf(rollout.read())).toString(), text)
    },
  },
])
