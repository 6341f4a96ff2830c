import { createHash } from 'node:crypto'
import type { ThreadId } from '../../src/protocol/thread-id.js'

/** One of several parts that threads are dealt into. */
export interface Shard {
  /** Counted from 1. */
  readonly number: number
  readonly of: number
}

/** Whether a thread belongs to a shard. The same on every machine, and even whatever ids look like. */
export function isInShard(threadId: ThreadId, { number, of }: Shard): boolean {
  return createHash('sha256').update(threadId).digest().readUInt32BE(0) % of === number - 1
}

/** Reads `2/8`; `null` when it is no shard. */
export function parseShard(text: string): Shard | null {
  const [, number, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(text)?.map(Number) ?? []
  if (number === undefined || of === undefined || number < 1 || number > of) return null
  return { number, of }
}
