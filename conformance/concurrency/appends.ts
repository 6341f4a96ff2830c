import fc from 'fast-check'
import { isJsonObject } from '../../src/protocol/json.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { AppendThreadItemsParams } from '../../src/store/params.js'
import type { StoredThread, StoredThreadHistory } from '../../src/store/records.js'
import { userMessage } from '../build/items.js'
import { creating } from '../build/params.js'
import type { CaseContext, ConformanceCase } from '../case.js'
import { under } from '../expect.js'
import type { RequirementId } from '../requirements.js'
import type { Anomaly, AppendCall, AppendHistory, ReadCall } from './append-history.js'
import { type Client, arms } from './arms.js'
import { appendAnomaly } from './check-appends.js'
import { type ConcurrentCheck, concurrentCase } from './concurrent-case.js'
import { HistoryBroken } from './history-broken.js'
import { pause } from './pause.js'
import { type RecordedCall, callsByThread } from './recorder.js'

/** One writer's time: bursts of batches issued without waiting, beside reads of every client. */
interface Phase {
  /** Sizes of the batches of each burst. */
  readonly bursts: readonly (readonly number[])[]
  /** How long every client waits before each of its reads. */
  readonly pauses: readonly number[]
}

const phases: fc.Arbitrary<readonly Phase[]> = fc.array(
  fc.record({
    bursts: fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 5 }), {
      minLength: 1,
      maxLength: 4,
    }),
    pauses: fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 3 },
)

/** A plan is long, so that few of them do. */
const appendShare = 1 / 3

/** Appends beside reads, the writer changing hands from phase to phase. */
async function appendBesideReads(
  context: CaseContext,
  clients: readonly Client[],
  plan: readonly Phase[],
): Promise<void> {
  const threadId = context.threadId()
  let label = 0
  const batch = (size: number): RolloutItem[] =>
    Array.from({ length: size }, () => userMessage(`i${(label += 1)}`))
  for (const [index, phase] of plan.entries()) {
    const writer = clients[index % clients.length]
    if (writer === undefined) continue
    if (index === 0) await writer.store.createThread(creating(threadId))
    else await writer.store.resumeThread({ threadId })
    // So that others know the thread, also in a lazy store.
    await writer.store.persistThread({ threadId })
    const writing = async (): Promise<void> => {
      for (const burst of phase.bursts) {
        await Promise.all(
          burst.map((size) => writer.store.appendItems({ threadId, items: batch(size) })),
        )
      }
    }
    const reading = async ({ store }: Client, lag: number): Promise<void> => {
      for (const [read, turns] of phase.pauses.entries()) {
        await pause(turns * (lag + 1))
        if (read % 2 === 0) await store.loadHistory({ threadId })
        else await store.readThread({ threadId, includeHistory: true })
      }
    }
    await Promise.all([writing(), ...clients.map(reading)])
    await writer.store.shutdownThread({ threadId })
  }
  for (const { store } of clients) await store.loadHistory({ threadId })
}

/** What a recorded run says about the history of one thread. */
function appendHistory(calls: readonly RecordedCall[]): AppendHistory {
  return {
    appends: calls.flatMap(asAppend),
    flushes: calls.filter(({ verb, outcome }) => flushing.has(verb) && outcome.kind === 'resolved'),
    reads: calls.flatMap(asRead),
  }
}

const flushing: ReadonlySet<string> = new Set(['flushThread', 'persistThread', 'shutdownThread'])

function asAppend(call: RecordedCall): (AppendCall & RecordedCall)[] {
  if (call.verb !== 'appendItems') return []
  const { items } = call.params as AppendThreadItemsParams
  return [{ ...call, labels: labelsOf(items), result: resultOf(call) }]
}

function resultOf({ outcome }: RecordedCall): AppendCall['result'] {
  if (outcome.kind === 'resolved') return 'stored'
  const known =
    outcome.kind === 'rejected' && !ThreadStoreError.is(outcome.reason, 'OUTCOME_UNKNOWN')
  return known ? 'refused' : 'unknown'
}

function asRead(call: RecordedCall): (ReadCall & RecordedCall)[] {
  if (call.outcome.kind !== 'resolved') return []
  if (call.verb === 'loadHistory') {
    const { items } = call.outcome.value as StoredThreadHistory
    return [{ ...call, labels: labelsOf(items) }]
  }
  if (call.verb !== 'readThread') return []
  const { history } = call.outcome.value as StoredThread
  return history === null ? [] : [{ ...call, labels: labelsOf(history.items) }]
}

/** The texts of the user messages among the items: session_meta and the like are the store's. */
export function labelsOf(items: readonly RolloutItem[]): string[] {
  return items.flatMap(({ payload }) => {
    const message = isJsonObject(payload) ? payload['message'] : undefined
    return typeof message === 'string' ? [message] : []
  })
}

/** Which requirement an anomaly breaks. */
function brokenBy({ kind, calls }: Anomaly): RequirementId {
  switch (kind) {
    case 'duplicated':
    case 'phantom':
    case 'reordered':
    case 'lost':
      return 'CONC-1'
    case 'torn':
      return overlap(calls) ? 'CONC-3' : 'CONC-1'
    case 'not-a-prefix':
    case 'from-the-future':
      return 'CONC-3'
    case 'stale':
    case 'went-back':
      return 'CONC-6'
    case 'overtaken':
      return 'CONC-2'
  }
}

function overlap([first, second]: Anomaly['calls']): boolean {
  return first !== undefined && second !== undefined && second.begin < first.end
}

/** Fails when the calls of a thread cannot have been those of a correct store. */
export async function judgeAppends(
  { supports }: Pick<CaseContext, 'supports'>,
  calls: readonly RecordedCall[],
  inIssueOrder: boolean,
): Promise<void> {
  for (const own of callsByThread(calls).values()) {
    const { readYourWrites } = supports
    const found = appendAnomaly(appendHistory(own), { readYourWrites, inIssueOrder })
    if (found === null) continue
    const culprits = own.filter((call) => found.calls.some(({ begin }) => begin === call.begin))
    // Other reads have nothing to do with it.
    const core = own.filter((call) => culprits.includes(call) || asRead(call).length === 0)
    await under(brokenBy(found), () => {
      throw new HistoryBroken(found.kind, found.message, core, culprits)
    })
  }
}

const appendsBesideReads: ConcurrentCheck<readonly Phase[]> = {
  id: 'conc.appends',
  title: 'appends beside reads lose, repeat, tear and reorder nothing',
  requirements: ['CONC-1', 'CONC-3', 'CONC-6'],
  plans: phases,
  share: appendShare,
  round: async (context, clients, plan, made) => {
    await appendBesideReads(context, clients, plan)
    await judgeAppends(context, made(), false)
  },
}

const issueOrder: ConcurrentCheck<readonly Phase[]> = {
  id: 'conc.issue-order',
  title: 'appends that are not waited for are stored in the order in which they were issued',
  requirements: ['CONC-2'],
  plans: phases,
  share: appendShare,
  round: async (context, clients, plan, made) => {
    await appendBesideReads(context, clients, plan)
    await judgeAppends(context, made(), true)
  },
}

/** Appends and reads that overlap, in every arm. */
export const appendArms: readonly ConformanceCase[] = [
  ...arms.map((arm) => concurrentCase(appendsBesideReads, arm)),
  concurrentCase(issueOrder),
]
