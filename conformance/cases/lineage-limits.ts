import { buildSessionMeta } from '../../src/history/session-meta.js'
import type { HistoryPosition } from '../../src/protocol/rollout-item.js'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { HistoryBase } from '../../src/store/params.js'
import type { ImportThreadParams } from '../../src/store/raw-history.js'
import { bytesOf, chunksOf } from '../build/chunks.js'
import { importedRecord, importedRollout } from '../build/imports.js'
import { at, messages } from '../build/items.js'
import { creating } from '../build/params.js'
import { coldThread } from '../build/threads.js'
import type { CaseContext, ConformanceCase } from '../case.js'
import { claims } from '../claims.js'
import { equal, rejects } from '../expect.js'
import { observing } from '../observe.js'
import { needing } from './needing.js'

function paginated(context: CaseContext, count: number): Promise<ThreadId> {
  const items = messages(count)
  return coldThread(context, context.store, { historyMode: 'paginated', items })
}

/** A paginated rollout of one line, as another store exported it. */
function oneLine(
  threadId: ThreadId,
  rolloutId: string,
  base: HistoryPosition | null,
): ReturnType<typeof importedRollout> {
  const ordinal = base?.endOrdinalExclusive ?? 0
  const line = {
    timestamp: at(0),
    ordinal,
    type: 'session_meta',
    payload: buildSessionMeta({
      threadId,
      timestamp: at(0),
      cwd: '/',
      originator: 'codex',
      cliVersion: '0.169.0',
      source: 'cli',
      historyMode: 'paginated',
      historyBase: base,
    }),
  }
  return importedRollout(rolloutId, chunksOf(`${JSON.stringify(line)}\n`), { base })
}

function importing(
  threadId: ThreadId,
  ...rollouts: ReturnType<typeof importedRollout>[]
): ImportThreadParams {
  return { thread: importedRecord(threadId, { historyMode: 'paginated' }), rollouts }
}

/** Where in some bytes the line of that number ends, counted from one. */
function endOfLine(bytes: Buffer, line: number): number {
  let end = 0
  for (let count = 0; count < line; count += 1) end = bytes.indexOf(0x0a, end) + 1
  return end
}

const common = { requires: claims('lineage') }

/** Where a history cannot begin. */
export const lineageLimitCases: readonly ConformanceCase[] = needing(common, [
  {
    id: 'line.invalid-base',
    title: 'a base that is no place in a paginated history is refused',
    requirements: ['LINE-7'],
    set: 'smoke',
    run: async (context, store) => {
      const parent = await paginated(context, 3)
      const legacy = await coldThread(context, store)
      const fork = context.threadId()
      const { position } = await store.loadHistory({ threadId: parent })
      const endByteOffset = position?.endByteOffset ?? 0
      const wrong: readonly HistoryBase[] = [
        { rolloutId: context.threadId(), endOrdinalExclusive: 0 },
        { rolloutId: parent, endOrdinalExclusive: 5 },
        { rolloutId: legacy, endOrdinalExclusive: 1 },
        { rolloutId: parent, endOrdinalExclusive: 4, endByteOffset: endByteOffset - 1 },
        { rolloutId: parent, endOrdinalExclusive: 3, endByteOffset },
      ]
      for (const base of wrong) {
        await rejects(
          () => store.createThread(creating(fork, { base })),
          'INVALID_REQUEST invalid-base',
          observing(store, parent, legacy, fork),
        )
        await rejects(
          () => store.revertThread({ threadId: parent, base }),
          'INVALID_REQUEST invalid-base',
          observing(store, parent, legacy),
        )
      }
      await store.createThread(
        creating(fork, { base: { rolloutId: parent, endOrdinalExclusive: 4, endByteOffset } }),
      )
    },
  },
  {
    id: 'line.outside-lineage',
    title: 'a thread is not reverted to a place in a history that is not its own',
    requirements: ['LINE-8'],
    run: async (context, store) => {
      const threadId = await paginated(context, 3)
      const other = await paginated(context, 3)
      const fork = context.threadId()
      const base = { rolloutId: threadId, endOrdinalExclusive: 2 }
      await store.createThread(creating(fork, { base }))
      await store.appendItems({ threadId: fork, items: messages(3, 'fork') })
      await store.shutdownThread({ threadId: fork })
      const wrong = [
        [threadId, { rolloutId: other, endOrdinalExclusive: 2 }],
        [threadId, { rolloutId: fork, endOrdinalExclusive: 4 }],
        // Part of the parent, but after the place where the fork left it.
        [fork, { rolloutId: threadId, endOrdinalExclusive: 4 }],
      ] as const
      for (const [id, place] of wrong) {
        await rejects(
          () => store.revertThread({ threadId: id, base: place }),
          'INVALID_REQUEST invalid-base',
          observing(store, threadId, other, fork),
        )
      }
    },
  },
  {
    id: 'line.missing-base',
    title: 'a missing base is an error of every read, never a shorter history',
    requirements: ['LINE-10'],
    requires: claims('rawHistory'),
    run: async (context, store) => {
      const threadId = context.threadId()
      const missing = context.threadId()
      const base = { rolloutId: missing, endOrdinalExclusive: 7, endByteOffset: 1_000 }
      await store.importThread(importing(threadId, oneLine(threadId, threadId, base)))
      const broken = 'INTERNAL missing-base'
      const unchanged = observing(store, threadId)
      await rejects(() => store.loadHistory({ threadId }), broken, unchanged)
      await rejects(() => store.readThread({ threadId, includeHistory: true }), broken)
      if (store.supports.turns) {
        await rejects(() => store.listTurns({ threadId, pageSize: 5 }), broken)
      }
      equal((await store.readThread({ threadId })).threadId, threadId)
      equal((await store.exportThread({ threadId })).rollouts[0]?.base, base)
    },
  },
  {
    id: 'line.base-arrives',
    title: 'a missing base that is imported later mends the history',
    requirements: ['LINE-10'],
    requires: claims('rawHistory'),
    run: async (context, store) => {
      const source = await paginated(context, 2)
      const { position } = await store.loadHistory({ threadId: source })
      const fork = context.threadId()
      if (position === null) throw new RangeError('no position')
      await store.importThread(importing(fork, oneLine(fork, fork, position)))
      const { items } = await store.loadHistory({ threadId: fork })
      equal(
        items.map(({ ordinal }) => ordinal),
        [0, 1, 2, 3],
      )
    },
  },
  {
    id: 'line.revert-arrives',
    title: 'a rollout imported into a stored thread becomes the one it ends with',
    requirements: ['RAW-16'],
    requires: claims('rawHistory'),
    run: async (context, store) => {
      const threadId = await paginated(context, 4)
      const digest = await store.historyDigest({ threadId })
      const { items } = await store.loadHistory({ threadId })
      const rolloutId = context.threadId()
      const { thread, rollouts } = await store.exportThread({ threadId })
      const [exported] = rollouts
      if (exported === undefined) throw new RangeError('no rollout')
      const endByteOffset = endOfLine(await bytesOf(exported.read()), 3)
      const base = { rolloutId: threadId, endOrdinalExclusive: 3, endByteOffset }
      const receipt = await store.importThread({
        thread,
        rollouts: [oneLine(threadId, rolloutId, base)],
      })
      equal(receipt.rollouts.slice(0, 1), digest.rollouts)
      const after = await store.loadHistory({ threadId })
      equal(after.items.slice(0, 3), items.slice(0, 3))
      equal(after.items.length, 4)
      equal(after.position?.rolloutId, rolloutId)
    },
  },
  {
    id: 'line.cycles',
    title: 'rollouts whose bases lead back to themselves are refused',
    requirements: ['LINE-11'],
    requires: claims('rawHistory'),
    run: async (context, store) => {
      const threadId = context.threadId()
      const second = context.threadId()
      const at0 = (rolloutId: string): HistoryPosition => ({
        rolloutId,
        endOrdinalExclusive: 1,
        endByteOffset: 10,
      })
      const cycles = [
        importing(threadId, oneLine(threadId, threadId, at0(threadId))),
        importing(
          threadId,
          oneLine(threadId, threadId, at0(second)),
          oneLine(threadId, second, at0(threadId)),
        ),
      ]
      for (const what of cycles) {
        await rejects(
          () => store.importThread(what),
          'INVALID_REQUEST cyclic-base',
          observing(store, threadId),
        )
      }
    },
  },
])
