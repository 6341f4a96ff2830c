/** A thread's id: a UUID in lower-case canonical form. New ones are version 7. */
export type ThreadId = string

/**
 * A rollout's id: a UUID in lower-case canonical form. The first rollout of a thread has the id of
 * its thread.
 */
export type RolloutId = string

const canonicalUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export function isThreadId(value: unknown): value is ThreadId {
  return typeof value === 'string' && canonicalUuid.test(value)
}
