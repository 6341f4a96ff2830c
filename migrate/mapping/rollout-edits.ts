import { createByteHasher } from '../../src/history/digest.js'
import { splitLines } from '../../src/history/split-lines.js'
import type { HistoryPosition } from '../../src/protocol/rollout-item.js'
import type { RolloutId, ThreadId } from '../../src/protocol/thread-id.js'
import type { ExportedRollout } from '../../src/store/raw-history.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { exportedRollout } from '../copy/exported-rollout.js'
import { findThread } from '../plan/find-thread.js'
import { listAllThreads } from '../plan/list-all-threads.js'
import { growthBefore } from './edit-stream.js'
import { type Edit, lineEdits } from './line-edits.js'
import type { Mapping } from './mapping.js'

/** What a mapping does to a rollout, and what the rollout is without it. */
interface EditedRollout {
  readonly edits: readonly Edit[]
  /** SHA-256 of the bytes as they are, lower-case hex. */
  readonly sha256: string
}

/** Finds what a mapping does to the rollouts of a store, and where it moves what is in them. */
export class RolloutEdits {
  readonly #store: ThreadStore
  readonly #mapping: Mapping
  /** Of rollouts that others begin in, which are asked for again and again. */
  readonly #bases: Map<RolloutId, Promise<readonly Edit[]>> = new Map()
  #owners: Promise<ReadonlyMap<RolloutId, ThreadId>> | null = null

  constructor(store: ThreadStore, mapping: Mapping) {
    this.#store = store
    this.#mapping = mapping
  }

  /** Reads a rollout once. */
  async of(rollout: ExportedRollout): Promise<EditedRollout> {
    const hasher = createByteHasher()
    const edits: Edit[] = []
    async function* hashed(): AsyncGenerator<Uint8Array, void, undefined> {
      for await (const chunk of rollout.read()) {
        hasher.update(chunk)
        yield chunk
      }
    }
    const move = (position: HistoryPosition): Promise<number> => this.move(position)
    for await (const { bytes, offset } of splitLines(hashed())) {
      if (bytes === null) continue
      for (const { start, end, bytes: text } of await lineEdits(bytes, this.#mapping, move)) {
        edits.push({ start: offset + start, end: offset + end, bytes: text })
      }
    }
    return { edits, sha256: hasher.sha256() }
  }

  /** The byte offset of a position once its rollout is mapped. */
  async move({ rolloutId, endByteOffset }: HistoryPosition): Promise<number> {
    const edits = this.#bases.get(rolloutId) ?? this.#ofBase(rolloutId)
    this.#bases.set(rolloutId, edits)
    return endByteOffset + growthBefore(await edits, endByteOffset)
  }

  /** A base that is nowhere moves by nothing. */
  async #ofBase(rolloutId: RolloutId): Promise<readonly Edit[]> {
    const direct = await findThread(this.#store, { threadId: rolloutId })
    const threadId = direct === null ? await this.#ownerOf(rolloutId) : rolloutId
    if (threadId === null) return []
    const rollout = await exportedRollout(this.#store, { threadId }, rolloutId)
    return rollout === null ? [] : (await this.of(rollout)).edits
  }

  async #ownerOf(rolloutId: RolloutId): Promise<ThreadId | null> {
    this.#owners ??= rolloutOwners(this.#store)
    return (await this.#owners).get(rolloutId) ?? null
  }
}

async function rolloutOwners(store: ThreadStore): Promise<ReadonlyMap<RolloutId, ThreadId>> {
  const owners = new Map<RolloutId, ThreadId>()
  for await (const { threadId, rollouts } of listAllThreads(store)) {
    for (const { rolloutId } of rollouts ?? []) owners.set(rolloutId, threadId)
  }
  return owners
}
