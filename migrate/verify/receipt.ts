import type { RolloutId, ThreadId } from '../../src/protocol/thread-id.js'
import type { StoredThread } from '../../src/store/records.js'
import { compareText } from '../../src/store/thread-filter.js'
import type { MappedSource, RolloutOrigin } from '../mapping/mapped-source.js'
import type { Mapping } from '../mapping/mapping.js'
import { merkleRoot } from './merkle.js'
import type { ThreadOutcome } from '../runs/outcome.js'
import { recordDigest } from './record-digest.js'

/** What a receipt says of a rollout. */
export interface ReceiptRollout {
  readonly rolloutId: RolloutId
  readonly byteCount: number
  readonly sha256: string
  /** What the rollout was in the source, where folders or providers in it were replaced. */
  readonly source?: RolloutOrigin
}

/** What a receipt says of a thread. */
export interface ReceiptThread {
  readonly threadId: ThreadId
  /** SHA-256 of the record as the target gave it back. */
  readonly recordSha256: string
  readonly rollouts: readonly ReceiptRollout[]
}

/**
 * What a target held when a run was over, thread by thread, under one hash. Whoever keeps the root
 * can prove later what was, with the receipt and the target alone.
 */
export interface Receipt {
  readonly schema: typeof RECEIPT_SCHEMA
  /** Version of the package that wrote it. */
  readonly version: string
  readonly source: string
  readonly target: string
  readonly createdAt: string
  /** What was replaced on the way; the same mapping turns the source into what is proven here. */
  readonly mapping?: Mapping
  /** In the order of their ids. */
  readonly threads: readonly ReceiptThread[]
  /** Root of the RFC 6962 tree over `receiptLeaf` of each thread. */
  readonly merkleRoot: string
}

export const RECEIPT_SCHEMA = 'threadstore/receipt/1'

/** Collects what a receipt says while a run goes on. */
export class ReceiptBuilder {
  readonly #threads: Map<ThreadId, ReceiptThread> = new Map()
  readonly #mapped: MappedSource | null

  /** @param mapped - the source, where it was mapped on the way */
  constructor(mapped: MappedSource | null = null) {
    this.#mapped = mapped
  }

  /** Takes in a thread that is in the target; others are left out. */
  add(outcome: ThreadOutcome, held: StoredThread | null): void {
    if (held === null || outcome.status === 'conflict' || outcome.status === 'failed') return
    const rollouts = outcome.rollouts.flatMap(({ rolloutId, byteCount, sha256 }) => {
      if (sha256 === null) return []
      const source = this.#mapped?.originOf(rolloutId)
      return [{ rolloutId, byteCount, sha256, ...(source && { source }) }]
    })
    const { threadId } = outcome
    this.#threads.set(threadId, { threadId, recordSha256: recordDigest(held), rollouts })
  }

  finish(facts: Omit<Receipt, 'schema' | 'threads' | 'merkleRoot'>): Receipt {
    const threads = [...this.#threads.values()].toSorted((a, b) =>
      compareText(a.threadId, b.threadId),
    )
    return { schema: RECEIPT_SCHEMA, ...facts, threads, merkleRoot: receiptRoot(threads) }
  }
}

/** The hash that stands for all threads of a receipt. */
export function receiptRoot(threads: readonly ReceiptThread[]): string {
  return merkleRoot(threads.map(receiptLeaf))
}

/** The text of a thread that is hashed: ids, counts and hashes, one rollout a line. */
function receiptLeaf({ threadId, recordSha256, rollouts }: ReceiptThread): string {
  const lines = rollouts.map(({ rolloutId, byteCount, sha256, source }) =>
    [
      rolloutId,
      byteCount,
      sha256,
      ...(source === undefined ? [] : ['from', source.byteCount, source.sha256]),
    ].join(' '),
  )
  return [`${threadId} ${recordSha256}`, ...lines].join('\n')
}
