import type { ThreadId } from '../../src/protocol/thread-id.js'
import { type StoreVerb, type ThreadStore, storeVerbs } from '../../src/store/thread-store.js'
import { callWith, claimOf, paramsFor } from '../build/calls.js'
import { messages } from '../build/items.js'
import { creating } from '../build/params.js'
import { type Arrangement, archivedThread, coldThread, liveThread } from '../build/threads.js'
import type { CaseContext, ConformanceCase } from '../case.js'
import { type Claim, all, claims, materializes, writers } from '../claims.js'
import { equal, type Rejection, rejects } from '../expect.js'
import { observing } from '../observe.js'
import type { RequirementId } from '../requirements.js'
import type { SubjectDoor } from '../subject.js'

/** What a call comes to: it works, or is refused for one of these reasons. */
type Expected = 'works' | Rejection | readonly (Rejection | 'works')[]

/** A state a thread can be in, how it gets there, and what each verb then comes to. */
interface State {
  readonly id: string
  readonly words: string
  readonly requires?: Claim
  readonly doors?: readonly SubjectDoor[]
  /** Brings a thread there. The calls are made on what it returns. */
  readonly reach: (context: CaseContext, verb: StoreVerb) => Promise<Reached>
  readonly expected: Partial<Record<StoreVerb, Expected>>
  /** What verbs that are not named come to. */
  readonly otherwise: Expected
  /** The requirement a wrong answer breaks, by verb. */
  readonly requirement: (verb: StoreVerb) => RequirementId
}

interface Reached {
  readonly store: ThreadStore
  readonly threadId: ThreadId
  /** Sees the thread although `store` may not. */
  readonly observer: ThreadStore
}

/** A revert needs a paginated history; everything else is tried with a legacy one. */
function modeFor(verb: StoreVerb): Arrangement {
  return verb === 'revertThread' ? { historyMode: 'paginated', items: messages(3) } : {}
}

const live = 'CONFLICT already-live'
const notLive = 'CONFLICT not-live'
const archived = 'INVALID_REQUEST archived'
const notArchived = 'INVALID_REQUEST not-archived'

/** Refusals of a stored thread that is not live, whatever else it is. */
const cold: Partial<Record<StoreVerb, Expected>> = {
  createThread: 'CONFLICT already-exists',
  appendItems: notLive,
  persistThread: notLive,
  flushThread: notLive,
  shutdownThread: notLive,
  unarchiveThread: notArchived,
  importThread: 'CONFLICT different-content',
}

/** Refusals of a thread that is live, on whichever handle. */
const busy: Partial<Record<StoreVerb, Expected>> = {
  createThread: live,
  resumeThread: live,
  unarchiveThread: notArchived,
  revertThread: live,
  deleteThread: live,
  importThread: live,
}

const hidden: Partial<Record<StoreVerb, Expected>> = {
  loadHistory: archived,
  readThread: archived,
  listTurns: archived,
  listItems: archived,
  updateThreadMetadata: archived,
  archiveThread: archived,
  unarchiveThread: 'works',
}

function requirementOf(verb: StoreVerb): RequirementId {
  const specific: Partial<Record<StoreVerb, RequirementId>> = {
    createThread: 'LIFE-4',
    resumeThread: 'LIFE-5',
    discardThread: 'LIFE-13',
    unarchiveThread: 'ARCH-5',
    archiveThread: 'ARCH-3',
    updateThreadMetadata: 'META-13',
    revertThread: 'LINE-13',
    deleteThread: 'DEL-2',
    importThread: 'RAW-10',
  }
  return specific[verb] ?? 'LIFE-15'
}

async function on(
  store: ThreadStore,
  reach: (context: CaseContext, store: ThreadStore, arrangement: Arrangement) => Promise<ThreadId>,
  context: CaseContext,
  verb: StoreVerb,
): Promise<Reached> {
  return { store, observer: store, threadId: await reach(context, store, modeFor(verb)) }
}

const states: readonly State[] = [
  {
    id: 'unknown',
    words: 'is not known',
    reach: async (context) => {
      const { store } = context
      const threadId = context.threadId()
      // Whoever looked for it in vain must not keep it from being created.
      await rejects(() => store.readThread({ threadId }), 'THREAD_NOT_FOUND unknown-thread')
      return { store, observer: store, threadId }
    },
    expected: {
      createThread: 'works',
      discardThread: 'works',
      listThreads: 'works',
      searchThreads: 'works',
      importThread: 'works',
    },
    otherwise: 'THREAD_NOT_FOUND unknown-thread',
    requirement: () => 'ERR-1',
  },
  {
    id: 'unused',
    words: 'was created and not used, in a lazy store',
    requires: materializes('lazy'),
    reach: async (context) => {
      const { store } = context
      const threadId = context.threadId()
      await store.createThread(creating(threadId))
      return { store, observer: store, threadId }
    },
    expected: {
      ...busy,
      archiveThread: ['works', 'THREAD_NOT_FOUND unknown-thread'],
      unarchiveThread: [notArchived, 'THREAD_NOT_FOUND unknown-thread'],
      exportThread: ['works', 'THREAD_NOT_FOUND unknown-thread'],
      historyDigest: ['works', 'THREAD_NOT_FOUND unknown-thread'],
    },
    otherwise: 'works',
    requirement: () => 'LIFE-20',
  },
  {
    id: 'live',
    words: 'is live',
    reach: (context, verb) => on(context.store, liveThread, context, verb),
    expected: busy,
    otherwise: 'works',
    requirement: requirementOf,
  },
  {
    id: 'cold',
    words: 'was shut down',
    reach: (context, verb) => on(context.store, coldThread, context, verb),
    expected: cold,
    otherwise: 'works',
    requirement: requirementOf,
  },
  {
    id: 'discarded',
    words: 'was flushed and discarded',
    reach: async (context, verb) => {
      const { store } = context
      const threadId = await liveThread(context, store, modeFor(verb))
      await store.flushThread({ threadId })
      await store.discardThread({ threadId })
      return { store, observer: store, threadId }
    },
    expected: cold,
    otherwise: 'works',
    requirement: requirementOf,
  },
  {
    id: 'archived',
    words: 'is archived',
    reach: (context, verb) => on(context.store, archivedThread, context, verb),
    expected: { ...cold, ...hidden, resumeThread: archived },
    otherwise: 'works',
    requirement: (verb) => (verb in hidden ? 'HIST-5' : requirementOf(verb)),
  },
  {
    id: 'archived-live',
    words: 'is archived and live',
    reach: async (context, verb) => {
      const { store } = context
      const threadId = await archivedThread(context, store, modeFor(verb))
      await store.resumeThread({ threadId, includeArchived: true })
      return { store, observer: store, threadId }
    },
    expected: { ...busy, ...hidden, resumeThread: [live, archived] },
    otherwise: 'works',
    requirement: (verb) => (verb in hidden ? 'HIST-5' : requirementOf(verb)),
  },
  {
    id: 'live-elsewhere',
    words: 'is live on another handle',
    requires: writers('multi-handle'),
    doors: ['openSecond'],
    reach: async (context, verb) => {
      const second = await context.second()
      const threadId = await liveThread(context, second, modeFor(verb))
      await second.flushThread({ threadId })
      return { store: context.store, observer: second, threadId }
    },
    expected: {
      ...busy,
      appendItems: notLive,
      persistThread: notLive,
      flushThread: notLive,
      shutdownThread: notLive,
      // A store that writes into the other's log has to leave that to the other.
      updateThreadMetadata: ['works', live],
      archiveThread: ['works', live],
      unarchiveThread: [notArchived, live],
    },
    otherwise: 'works',
    requirement: (verb) =>
      (({ createThread: 'LIFE-6', resumeThread: 'LIFE-6', discardThread: 'LIFE-14' }) as const)[
        verb as 'createThread'
      ] ?? requirementOf(verb),
  },
  {
    id: 'deleted',
    words: 'was deleted',
    requires: claims('delete'),
    reach: async (context, verb) => {
      const { store } = context
      const threadId = await coldThread(context, store, modeFor(verb))
      await store.deleteThread({ threadId })
      return { store, observer: store, threadId }
    },
    expected: {
      createThread: 'works',
      discardThread: 'works',
      listThreads: 'works',
      searchThreads: 'works',
      importThread: 'works',
    },
    otherwise: 'THREAD_NOT_FOUND unknown-thread',
    requirement: () => 'DEL-1',
  },
  {
    id: 'closed',
    words: 'is cold and its store closed',
    requires: writers('multi-handle'),
    doors: ['openSecond'],
    reach: async (context, verb) => {
      const { store } = context
      const observer = await context.second()
      const threadId = await coldThread(context, store, modeFor(verb))
      await store.close()
      return { store, observer, threadId }
    },
    expected: {},
    otherwise: 'INVALID_REQUEST store-closed',
    requirement: () => 'LIFE-18',
  },
]

function matrixCase(state: State, verb: StoreVerb): ConformanceCase {
  const expected = state.expected[verb] ?? state.otherwise
  const requires = [state.requires, claimOf[verb]].filter((claim) => claim !== undefined)
  const words = typeof expected === 'string' ? expected : expected.join(' or ')
  return {
    id: `state.${state.id}.${verb}`,
    title: `${verb} of a thread that ${state.words}: ${words}`,
    requirements: [state.requirement(verb)],
    ...(requires.length > 0 && { requires: all(...requires) }),
    ...(state.doors && { doors: state.doors }),
    run: async (context) => {
      const { store, observer, threadId } = await state.reach(context, verb)
      const call = (): Promise<unknown> => callWith(store, verb, paramsFor(verb, threadId))
      if (expected === 'works') {
        await call()
        return
      }
      const allowed: readonly (Rejection | 'works')[] =
        typeof expected === 'string' ? [expected] : expected
      const refusals = allowed.filter((one) => one !== 'works')
      if (refusals.length === allowed.length) {
        await rejects(call, refusals, observing(observer, threadId))
        return
      }
      equal(await refusedOrWorked(call, refusals), 'as expected')
    },
  }
}

/** Either of two answers is right: the call works, or it is refused in one of the ways named. */
async function refusedOrWorked(
  call: () => Promise<unknown>,
  refusals: readonly Rejection[],
): Promise<string> {
  let worked = false
  try {
    await rejects(async () => {
      await call()
      worked = true
    }, refusals)
    return 'as expected'
  } catch (reason) {
    if (worked) return 'as expected'
    throw reason
  }
}

/** Every verb in every state a thread can be in. */
export const lifecycleMatrix: readonly ConformanceCase[] = states.flatMap((state) =>
  storeVerbs.map((verb) => matrixCase(state, verb)),
)
