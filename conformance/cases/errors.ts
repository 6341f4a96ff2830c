import { errorReasons, ThreadStoreError } from '../../src/store/errors.js'
import { type StoreVerb, storeVerbs } from '../../src/store/thread-store.js'
import { messages } from '../build/items.js'
import { creating } from '../build/params.js'
import { coldThread, liveThread } from '../build/threads.js'
import type { ConformanceCase } from '../case.js'
import type { Claim } from '../claims.js'
import { equal, outcomeOf, rejects, unchanged } from '../expect.js'
import { observe, observing } from '../observe.js'
import { callWith, claimOf, paramsFor } from '../build/calls.js'

function requiring(verb: StoreVerb): { readonly requires?: Claim } {
  const claim = claimOf[verb]
  return claim === undefined ? {} : { requires: claim }
}

const takesThread = storeVerbs.filter((verb) => verb !== 'listThreads' && verb !== 'searchThreads')

/** An import names its thread inside the record, where a bad id is a malformed record. */
const namesThread = takesThread.filter((verb) => verb !== 'importThread')

const needsThread = takesThread.filter(
  (verb) => verb !== 'createThread' && verb !== 'importThread' && verb !== 'discardThread',
)

/** Whatever a caller may take for a thread id. */
const oddIds: readonly unknown[] = [
  '',
  'thread',
  '01a20320-6d70-7852-b50d-7785b67ce898 ',
  '01A20320-6D70-7852-B50D-7785B67CE898',
  '../../01a20320-6d70-7852-b50d-7785b67ce898',
  '01a203206d707852b50d7785b67ce898',
  '01a20320-6d70-7852-b50d-7785b67ce89\u0000',
  'x'.repeat(300),
  '__proto__',
  7,
  null,
  {},
]

/** One of each kind, for verbs that share their check with reading. */
const fewOddIds: readonly unknown[] = [
  '01A20320-6D70-7852-B50D-7785B67CE898',
  ' 01a20320-6d70-7852-b50d-7785b67ce898',
  '../thread',
  null,
]

/** How calls are refused, verb by verb. */
export const errorCases: readonly ConformanceCase[] = [
  ...needsThread.map((verb): ConformanceCase => ({
    id: `error.unknown-thread.${verb}`,
    title: `${verb} of an unknown thread is THREAD_NOT_FOUND`,
    requirements: ['ERR-1'],
    set: verb === 'readThread' || verb === 'appendItems' ? 'smoke' : 'core',
    ...requiring(verb),
    run: async (context, store) => {
      const known = await coldThread(context, store)
      const unknown = context.threadId()
      await rejects(
        () => callWith(store, verb, paramsFor(verb, unknown)),
        'THREAD_NOT_FOUND unknown-thread',
        observing(store, known, unknown),
      )
    },
  })),
  ...namesThread.map((verb): ConformanceCase => ({
    id: `error.thread-id.${verb}`,
    title: `${verb} refuses whatever is no thread id`,
    requirements: ['ERR-3'],
    set: verb === 'readThread' ? 'smoke' : 'core',
    ...requiring(verb),
    run: async (context, store) => {
      const known = await coldThread(context, store)
      await unchanged(observing(store, known), async () => {
        for (const threadId of verb === 'readThread' ? oddIds : fewOddIds) {
          const params = { ...paramsFor(verb, known), threadId }
          await rejects(() => callWith(store, verb, params), 'INVALID_REQUEST invalid-thread-id')
        }
      })
    },
  })),
  ...storeVerbs.map((verb): ConformanceCase => ({
    id: `error.malformed.${verb}`,
    title: `${verb} refuses params that are missing, unknown or of another type`,
    requirements: ['ERR-4'],
    set: verb === 'createThread' ? 'smoke' : 'core',
    ...requiring(verb),
    run: async (context, store) => {
      const known = await coldThread(context, store)
      const id = verb === 'createThread' ? context.threadId() : known
      const good = paramsFor(verb, id)
      const bad: unknown[] = [undefined, null, 'params', [good], {}, { ...good, unknownParam: 1 }]
      for (const field of Object.keys(good).filter((name) => name !== 'threadId')) {
        const { [field]: _left, ...without } = good
        bad.push(without, { ...good, [field]: 0.5 })
      }
      await unchanged(observing(store, known, id), async () => {
        for (const params of bad) {
          await rejects(() => callWith(store, verb, params), 'INVALID_REQUEST malformed-params')
        }
      })
    },
  })),
  ...storeVerbs.map((verb): ConformanceCase => ({
    id: `error.aborted.${verb}`,
    title: `${verb} does not begin when its signal was aborted before`,
    requirements: ['ERR-5'],
    set: verb === 'appendItems' ? 'smoke' : 'core',
    ...requiring(verb),
    run: async (context, store) => {
      const known = await coldThread(context, store)
      if (verb === 'appendItems') await store.resumeThread({ threadId: known })
      const id = verb === 'createThread' ? context.threadId() : known
      const params = { ...paramsFor(verb, id), signal: AbortSignal.abort() }
      await rejects(
        () => callWith(store, verb, params),
        'RETRYABLE aborted',
        observing(store, known, id),
      )
    },
  })),
  {
    id: 'error.changes-nothing',
    title: 'calls that are refused, one after the other, leave every thread as it was',
    requirements: ['ERR-6'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { patch: { name: 'kept' } })
      const live = await liveThread(context, store)
      await store.flushThread({ threadId: live })
      const before = await observe(store, threadId, live)
      const calls = [
        () => store.createThread(creating(threadId, { source: 'exec' })),
        () => store.resumeThread({ threadId: live }),
        () => store.appendItems({ threadId, items: messages(1) }),
        () => store.shutdownThread({ threadId }),
        () => store.unarchiveThread({ threadId }),
        () => store.updateThreadMetadata({ threadId, patch: { name: 'x', title: null } as object }),
        () => store.listThreads({ pageSize: 1, cursor: 'made up' }),
      ]
      for (const call of calls) await outcomeOf(call())
      equal(await observe(store, threadId, live), before)
    },
  },
  {
    id: 'error.class',
    title: 'rejections are ThreadStoreErrors with a code and a reason from the closed lists',
    requirements: ['ERR-2'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await coldThread(context, store)
      const unknown = context.threadId()
      const refused = [
        () => store.readThread({ threadId: unknown }),
        () => store.createThread(creating(threadId)),
        () => store.appendItems({ threadId, items: messages(1) }),
        () => store.unarchiveThread({ threadId }),
        () => store.listThreads({ pageSize: 0 }),
        () => store.listThreads({ pageSize: 1, cursor: 'made up' }),
        () => store.updateThreadMetadata({ threadId, patch: { title: null } as object }),
      ]
      for (const call of refused) equal(await classify(call), 'a ThreadStoreError')
    },
  },
]

/** What a rejected call threw, in words. */
async function classify(call: () => Promise<unknown>): Promise<string> {
  try {
    await call()
    // Whether a call is refused at all is for other cases to say.
    return 'a ThreadStoreError'
  } catch (reason) {
    if (!ThreadStoreError.is(reason)) return `another ${typeof reason}`
    const reasons: readonly string[] | undefined = errorReasons[reason.code]
    if (reasons === undefined) return `the unknown code ${reason.code as string}`
    if (!reasons.includes(reason.details?.reason)) {
      return `the reason ${reason.details?.reason} with code ${reason.code}`
    }
    if (!(reason instanceof Error) || reason.message === '') return 'no message'
    return 'a ThreadStoreError'
  }
}
