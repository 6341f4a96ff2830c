import { ThreadStoreError } from '../../src/store/errors.js'
import { eachAtOnce } from '../copy/each-at-once.js'
import { type InspectContext, type InspectedThread, inspectThread } from './inspect-thread.js'
import type { MigrationPlan, PlannedThread } from './plan.js'
import { isOutage } from '../copy/retry.js'
import { nullIfAborted } from '../null-if-aborted.js'

/** A thread of a plan that could not be read. */
export interface UnreadableThread {
  readonly threadId: string
  readonly reason: string
}

interface InspectPlanOptions extends InspectContext {
  readonly jobs: number
  readonly onThread?: (thread: InspectedThread) => void
}

/** What reading every thread of a plan came to. */
export interface InspectedPlan {
  /** In the order of the plan. */
  readonly threads: readonly Omit<InspectedThread, 'findings'>[]
  readonly unreadable: readonly UnreadableThread[]
  readonly stopped: 'interrupted' | null
}

/**
 * Reads every thread of a plan once, several at a time. Findings go to `onThread` only. A store that
 * goes away is no matter of one thread, and thrown.
 */
export async function inspectPlan(
  { threads }: MigrationPlan,
  options: InspectPlanOptions,
): Promise<InspectedPlan> {
  const found = new Map<string, Omit<InspectedThread, 'findings'>>()
  const unreadable: UnreadableThread[] = []
  const { signal } = options
  const raw = options.source.supports.rawHistory && options.target.supports.rawHistory

  async function inspect(planned: PlannedThread): Promise<void> {
    const { threadId } = planned
    try {
      const inspected = raw ? await inspectThread(options, threadId) : unread(planned)
      const { findings: _findings, ...facts } = inspected
      found.set(threadId, facts)
      options.onThread?.(inspected)
    } catch (error) {
      if (signal?.aborted || isOutage(error)) throw error
      unreadable.push({ threadId, reason: ThreadStoreError.from(error, 'inspect').message })
    }
  }

  await nullIfAborted(signal, eachAtOnce(threads.values(), options, inspect))
  const inOrder = threads.flatMap(({ threadId }) => found.get(threadId) ?? [])
  return { threads: inOrder, unreadable, stopped: signal?.aborted ? 'interrupted' : null }
}

function unread({ threadId, state }: PlannedThread): InspectedThread {
  const known = state === 'new' ? 'new' : 'unknown'
  return { threadId, state: known, busy: false, bytesToSend: 0, rollouts: [], findings: [] }
}
