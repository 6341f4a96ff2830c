import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import { userMessage } from '../build/items.js'
import { creating } from '../build/params.js'
import { coldThread, liveThread } from '../build/threads.js'
import type { ConformanceCase } from '../case.js'
import { writers } from '../claims.js'
import { equal, holds, outcomeOf } from '../expect.js'
import { conversationOf, recordOf, withoutMeta } from '../observe.js'

/** A batch of items that say which batch they are of. */
function batch(label: string, size: number): RolloutItem[] {
  return Array.from({ length: size }, (_, index) => userMessage(`${label}/${index}`))
}

function labels(items: readonly RolloutItem[]): string[] {
  return items.map(({ payload }) => String((payload as { message?: unknown }).message))
}

/** Runs of neighbours with the same label: a batch that was torn makes two. */
function runs(texts: readonly string[]): string[] {
  const names = texts.map((text) => text.split('/')[0] ?? '')
  return names.filter((name, index) => name !== names[index - 1])
}

/** Calls that overlap, on one handle. Histories of several processes are checked elsewhere. */
export const concurrencyCases: readonly ConformanceCase[] = [
  {
    id: 'conc.appends-whole',
    title: 'appends that overlap come back once and in one piece each',
    requirements: ['CONC-1'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store, { items: [userMessage('first/0')] })
      const batches = Array.from({ length: 20 }, (_, n) => batch(`b${n}`, 1 + (n % 4)))
      await Promise.all(batches.map((items) => store.appendItems({ threadId, items })))
      const texts = labels(await conversationOf(store, threadId)).slice(1)
      equal(texts.toSorted(), batches.flatMap(labels).toSorted(), 'every item once')
      equal(runs(texts).length, batches.length, 'no batch is torn')
    },
  },
  {
    id: 'conc.appends-ordered',
    title: 'appends issued on one handle without waiting are stored in that order',
    requirements: ['CONC-2'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store, { items: [userMessage('first/0')] })
      const batches = Array.from({ length: 20 }, (_, n) => batch(`b${n}`, 2))
      await Promise.all(batches.map((items) => store.appendItems({ threadId, items })))
      const texts = labels(await conversationOf(store, threadId)).slice(1)
      equal(texts, batches.flatMap(labels))
    },
  },
  {
    id: 'conc.reads-see-prefixes',
    title: 'a read beside appends sees a prefix, never a part of a batch',
    requirements: ['CONC-3'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store, { items: [userMessage('first/0')] })
      const batches = Array.from({ length: 15 }, (_, n) => batch(`b${n}`, 3))
      const seen: string[][] = []
      const write = async (): Promise<void> => {
        for (const items of batches) await store.appendItems({ threadId, items })
      }
      const read = async (): Promise<void> => {
        for (let n = 0; n < 15; n += 1) {
          const { items } = await store.loadHistory({ threadId })
          seen.push(labels(withoutMeta(items)))
        }
      }
      await Promise.all([write(), read(), read()])
      const whole = ['first/0', ...batches.flatMap(labels)]
      for (const texts of seen) {
        equal(texts, whole.slice(0, texts.length), 'a prefix')
        equal((texts.length - 1) % 3, 0, 'whole batches')
      }
      equal(labels(await conversationOf(store, threadId)), whole)
    },
  },
  {
    id: 'conc.one-creator',
    title: 'of several creates of one thread at the same time exactly one succeeds',
    requirements: ['CONC-4'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = context.threadId()
      const outcomes = await Promise.all(
        ['a', 'b', 'c', 'd', 'e'].map((agent) =>
          outcomeOf(store.createThread(creating(threadId, { threadSource: agent }))),
        ),
      )
      const lost = { rejected: 'CONFLICT already-live' }
      const won = outcomes.filter((outcome) => 'resolved' in (outcome as object))
      equal(won.length, 1, 'creates that succeeded')
      const refused = outcomes.filter((outcome) => 'rejected' in (outcome as object))
      for (const outcome of refused) {
        const already = { rejected: 'CONFLICT already-exists' }
        holds(
          JSON.stringify(outcome) === JSON.stringify(lost) ||
            JSON.stringify(outcome) === JSON.stringify(already),
          `the others are refused as conflicts, not ${JSON.stringify(outcome)}`,
        )
      }
      await store.appendItems({ threadId, items: batch('once', 1) })
      const metas = (await store.loadHistory({ threadId })).items.length
      equal(metas, 2, 'session_meta and the item')
    },
  },
  {
    id: 'conc.loser-finds-writer',
    title: 'a create that lost against another on the same handle can append at once',
    requirements: ['CONC-4'],
    run: async (context, store) => {
      const create = async (threadId: ThreadId, lane: number): Promise<void> => {
        await store.createThread(creating(threadId)).catch(() => {})
        await store.appendItems({ threadId, items: batch(`lane${lane}`, 1) })
      }
      for (let round = 0; round < 8; round += 1) {
        const threadId = context.threadId()
        const lanes = [0, 1, 2]
        await Promise.all(lanes.map((lane) => create(threadId, lane)))
        const texts = labels(await conversationOf(store, threadId))
        equal(
          texts.toSorted(),
          lanes.map((lane) => `lane${lane}/0`),
          'every item once',
        )
      }
    },
  },
  {
    id: 'conc.one-resumer',
    title: 'of several resumes on two handles at the same time exactly one succeeds',
    requirements: ['CONC-4'],
    requires: writers('multi-handle'),
    doors: ['openSecond'],
    run: async (context, store) => {
      const second = await context.second()
      const threadId = await coldThread(context, store)
      const outcomes = await Promise.all(
        [store, second, store, second].map((handle) =>
          outcomeOf(handle.resumeThread({ threadId })),
        ),
      )
      const won = outcomes.filter((outcome) => 'resolved' in (outcome as object))
      equal(won.length, 1, 'resumes that succeeded')
    },
  },
  {
    id: 'conc.threads-apart',
    title: 'work on several threads at the same time ends as if each were alone',
    requirements: ['CONC-5'],
    run: async (context, store) => {
      const threads = Array.from({ length: 6 }, () => context.threadId())
      const live = async (threadId: string, n: number): Promise<void> => {
        await store.createThread(creating(threadId, { source: `agent-${n}` }))
        for (let round = 0; round < 4; round += 1) {
          await store.appendItems({ threadId, items: batch(`t${n}r${round}`, 2) })
          const name = `thread ${n} round ${round}`
          await store.updateThreadMetadata({ threadId, patch: { name } })
        }
        if (n % 2 === 0) await store.shutdownThread({ threadId })
        else await store.flushThread({ threadId })
        if (n === 4) await store.archiveThread({ threadId })
      }
      await Promise.all(threads.map(live))
      for (const [n, threadId] of threads.entries()) {
        const expected = [0, 1, 2, 3].flatMap((round) => batch(`t${n}r${round}`, 2))
        equal(await conversationOf(store, threadId), expected, `the history of thread ${n}`)
        const { name, source, archivedAt } = await recordOf(store, threadId)
        equal([name, source], [`thread ${n} round 3`, `agent-${n}`])
        equal(archivedAt !== null, n === 4)
      }
    },
  },
]
