import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { ThreadRecord } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import type { CaseContext } from '../case.js'
import { type Rejection, rejects } from '../expect.js'

/** One place of a history. */
export interface Entry {
  /** `null`: a session_meta, which the store writes itself. */
  readonly item: RolloutItem | null
  /** The rollout it stands in. */
  readonly rollout: string
}

/** A thread as the contract has it after the calls so far. */
export interface ModelThread {
  readonly threadId: ThreadId
  record: ThreadRecord
  /** Which handle writes it. */
  writer: number | null
  /** Its whole history, its lineage resolved. In a paginated one the index is the ordinal. */
  entries: readonly Entry[]
  /** Its own rollouts, the current one last. */
  rollouts: readonly string[]
}

/** Threads a run of calls is about: few, so that calls meet. */
export const slots = 4

/** What a sequence of calls has come to, beside the store it was made on. */
export interface World {
  readonly context: CaseContext
  readonly ids: readonly ThreadId[]
  /** By slot; `null`: there is no such thread. */
  readonly threads: (ModelThread | null)[]
  handles: ThreadStore[]
  /** From which rollout a rollout begins. */
  readonly bases: Map<string, string>
  /** What was read, and how it looked then: nothing that happens later may change it. */
  readonly held: { readonly value: unknown; readonly copy: unknown }[]
  /** Makes names of rollouts. */
  count: number
}

/** A name for a rollout that begins now. */
export function newRollout(world: World): string {
  world.count += 1
  return `rollout ${world.count}`
}

/** The handle with that number; the second one is opened when it is first used. */
export async function handleOf(world: World, number: number): Promise<ThreadStore> {
  const known = world.handles[number]
  if (known !== undefined) return known
  const opened = await world.context.second()
  world.handles[number] = opened
  return opened
}

/** A call the model says must be refused for one of these reasons, or work if there are none. */
export async function attempt<T>(
  refusals: readonly (Rejection | false)[],
  call: () => Promise<T>,
): Promise<{ readonly value: T } | null> {
  const reasons = refusals.filter((reason) => reason !== false)
  if (reasons.length === 0) return { value: await call() }
  await rejects(call, reasons)
  return null
}

/** Why a thread cannot be seen. */
export function unseen(thread: ModelThread | null, includeArchived: boolean): Rejection[] {
  if (thread === null) return ['THREAD_NOT_FOUND unknown-thread']
  const hidden = thread.record.archivedAt !== null && !includeArchived
  return hidden ? ['INVALID_REQUEST archived'] : []
}

/** Why a call of the writer is refused. */
export function unwritable(thread: ModelThread | null, on: number): Rejection[] {
  if (thread === null) return ['THREAD_NOT_FOUND unknown-thread']
  return thread.writer === on ? [] : ['CONFLICT not-live']
}

export function isLive(thread: ModelThread | null): boolean {
  return thread !== null && thread.writer !== null
}
