import fc from 'fast-check'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { userMessage } from '../build/items.js'
import { creating } from '../build/params.js'
import { Unproved, type CaseContext, type ConformanceCase } from '../case.js'
import { under } from '../expect.js'
import type { RequirementId } from '../requirements.js'
import { judgeAppends } from './appends.js'
import { type Client, arms } from './arms.js'
import { type ConcurrentCheck, concurrentCase } from './concurrent-case.js'
import { HistoryBroken } from './history-broken.js'
import { brokenCore, linearize } from './linearize.js'
import { pause } from './pause.js'
import { type RecordedCall, callsByThread } from './recorder.js'
import {
  type ModelField,
  modelFields,
  outcomeText,
  stateText,
  threadModel,
} from './thread-model.js'

/** One thing a client does to a thread; `n` makes what it writes unique. */
type Step = (store: ThreadStore, threadId: ThreadId, n: number) => Promise<unknown>

const writing: readonly Step[] = [
  (store, threadId) => store.createThread(creating(threadId)),
  (store, threadId) => store.resumeThread({ threadId, includeArchived: true }),
  (store, threadId) => store.shutdownThread({ threadId }),
  (store, threadId) => store.discardThread({ threadId }),
  (store, threadId, n) => store.appendItems({ threadId, items: [userMessage(`i${n}`)] }),
  (store, threadId) => store.persistThread({ threadId }),
  (store, threadId) => store.readThread({ threadId, includeArchived: true }),
]

const deleting: Step = (store, threadId) => store.deleteThread({ threadId })

const patching: readonly Step[] = [
  ...modelFields.map((field) => patch((n) => ({ [field]: `v${n}` }))),
  patch((n) => ({ name: `v${n}`, model: `v${n}` })),
  patch(() => ({ name: null })),
  (store, threadId) => store.readThread({ threadId, includeArchived: true }),
  (store, threadId) => store.archiveThread({ threadId }),
  (store, threadId) => store.unarchiveThread({ threadId }),
]

function patch(make: (n: number) => Partial<Record<ModelField, string | null>>): Step {
  return (store, threadId, n) =>
    store.updateThreadMetadata({
      threadId,
      patch: make(n) as Parameters<ThreadStore['updateThreadMetadata']>[0]['patch'],
      includeArchived: true,
    })
}

/** What every lane does, one thing after the other; lanes overlap. Numbers choose among the steps. */
type Lanes = readonly (readonly number[])[]

function lanes(count: number): fc.Arbitrary<Lanes> {
  const steps = fc.array(fc.nat({ max: 999 }), { minLength: 2, maxLength: 6 })
  return fc.array(steps, { minLength: count, maxLength: count })
}

/** Whether the calls of every thread could have happened one after the other. */
async function judgeOrder(
  { supports }: Pick<CaseContext, 'supports'>,
  calls: readonly RecordedCall[],
  requirement: RequirementId,
): Promise<void> {
  for (const every of callsByThread(calls).values()) {
    const own = every.filter((call) => !isKeptOut(call, every))
    const model = threadModel(supports)
    const verdict = linearize(own, model)
    if (verdict.kind === 'unproved') {
      throw new Unproved(`no order of ${own.length} calls was found in ${verdict.steps} steps`)
    }
    if (verdict.kind === 'linearizable') continue
    const core = brokenCore(own, model)
    const last = linearize(core, model)
    const { stuck, state } = last.kind === 'broken' ? last : verdict
    const message = `no order of these ${core.length} calls explains that ${stuck.verb} by ${stuck.client} ${outcomeText(stuck)}; at best ${stateText(state)}`
    await under(requirement, () => {
      throw new HistoryBroken(stuck.verb, message, core, [stuck])
    })
  }
}

/**
 * Whether a call was kept out by one that held the thread for a moment without becoming its writer:
 * a delete, or a create that found the thread there.
 */
function isKeptOut(call: RecordedCall, calls: readonly RecordedCall[]): boolean {
  return (
    reasonOf(call) === 'already-live' &&
    calls.some(
      (one) =>
        one.begin < call.end &&
        call.begin < one.end &&
        (one.verb === 'deleteThread' || reasonOf(one) === 'already-exists'),
    )
  )
}

function reasonOf({ outcome }: RecordedCall): string | null {
  const refused = outcome.kind === 'rejected' && ThreadStoreError.is(outcome.reason)
  return refused ? outcome.reason.details.reason : null
}

/** Lets lanes loose on one thread; what is refused is part of the game. */
async function contend(
  clients: readonly Client[],
  threadId: ThreadId,
  steps: readonly Step[],
  plan: Lanes,
): Promise<void> {
  let n = 0
  const lane = async (choices: readonly number[], index: number): Promise<void> => {
    const client = clients[index % clients.length]
    if (client === undefined) return
    for (const choice of choices) {
      const step = steps[choice % steps.length]
      n += 1
      await pause(choice % 7)
      await step?.(client.store, threadId, n).catch(() => {})
    }
  }
  await Promise.all(plan.map(lane))
}

interface Contention {
  readonly id: string
  readonly title: string
  readonly requirement: RequirementId
  readonly lanes: number
  /** Makes the thread what it is before the lanes begin. */
  arrange(store: ThreadStore, threadId: ThreadId): Promise<void>
  steps(store: ThreadStore): readonly Step[]
}

const contentions: readonly Contention[] = [
  {
    id: 'writers',
    title: 'creates, resumes and appends that overlap leave a thread one writer at most',
    requirement: 'CONC-4',
    lanes: 4,
    arrange: () => Promise.resolve(),
    steps: ({ supports }) => (supports.delete ? [...writing, deleting] : writing),
  },
  {
    id: 'metadata',
    title: 'patches that overlap take effect one after the other',
    requirement: 'CONC-7',
    lanes: 4,
    arrange: async (store, threadId) => {
      await store.createThread(creating(threadId))
      await store.persistThread({ threadId })
    },
    steps: () => patching,
  },
]

function contentionCheck(what: Contention): ConcurrentCheck<Lanes> {
  return {
    id: `conc.${what.id}`,
    title: what.title,
    requirements: [what.requirement],
    plans: lanes(what.lanes),
    share: 1,
    round: async (context, clients, plan, made) => {
      const [first] = clients
      if (first === undefined) return
      const threadId = context.threadId()
      await what.arrange(first.store, threadId)
      await contend(clients, threadId, what.steps(first.store), plan)
      await judgeOrder(context, made(), what.requirement)
      // The handles live on; their writers must not.
      for (const { store } of clients) await store.discardThread({ threadId })
    },
  }
}

const threadsAtOnce = 6

const isolation: ConcurrentCheck<Lanes> = {
  id: 'conc.isolation',
  title: 'work on several threads at once goes as if each were alone',
  requirements: ['CONC-5'],
  plans: lanes(threadsAtOnce),
  share: 1 / 3,
  round: async (context, [client], plan, made) => {
    if (client === undefined) return
    const { store } = client
    const steps = [...writing, ...patching]
    const threadIds = plan.map(() => context.threadId())
    const alone = async (choices: readonly number[], index: number): Promise<void> => {
      const threadId = threadIds[index]
      if (threadId === undefined) return
      await store.createThread(creating(threadId))
      await contend([client], threadId, steps, [choices])
      await store.discardThread({ threadId })
      await store.loadHistory({ threadId, includeArchived: true }).catch(() => {})
    }
    await Promise.all(plan.map(alone))
    const calls = made()
    await judgeOrder(context, calls, 'CONC-5')
    await judgeAppends(context, calls, false)
  },
}

/** Calls that overlap on one thread, and on several. */
export const contentionArms: readonly ConformanceCase[] = [
  ...contentions.flatMap((what) => arms.map((arm) => concurrentCase(contentionCheck(what), arm))),
  concurrentCase(isolation),
]
