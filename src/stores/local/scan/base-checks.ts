import { type BaseFacts, checkBase } from '../../../history/check-base.js'
import type { RolloutFinding } from '../../../history/findings.js'
import type { RolloutSummary } from '../../../history/scan-rollout.js'
import type { RolloutId } from '../../../protocol/thread-id.js'
import type { RolloutHeads } from '../home/rollout-head.js'
import type { RolloutEntry } from '../home/rollout-tree.js'

/** Whether the rollouts of a home begin where they say, as far as one reading of each can tell. */
export class BaseChecks {
  readonly #marks = new Map<RolloutId, number[]>()
  readonly #facts = new Map<RolloutId, BaseFacts>()
  readonly #files = new Map<RolloutId, string>()

  /** Takes note of where a rollout begins, before any is read. */
  async announce(entry: RolloutEntry, heads: RolloutHeads): Promise<void> {
    const base = (await heads.tryHead(entry))?.historyBase ?? null
    if (base === null) return
    this.#files.set(entry.rolloutId, entry.file)
    const marks = this.#marks.get(base.rolloutId) ?? []
    marks.push(base.endByteOffset)
    this.#marks.set(base.rolloutId, marks)
  }

  /** Places in a rollout that others begin from. */
  marks(rolloutId: RolloutId): readonly number[] {
    return this.#marks.get(rolloutId) ?? []
  }

  /** Takes note of a rollout that was read with those marks. */
  add({ rolloutId, base, byteCount, prefixes }: RolloutSummary): void {
    // Most rollouts neither begin from another nor are begun from; nothing is kept of them.
    if (base === null && !this.#marks.has(rolloutId)) return
    this.#facts.set(rolloutId, { base, byteCount, prefixes })
  }

  *findings(): Generator<{ readonly file: string; readonly finding: RolloutFinding }> {
    for (const [rolloutId, file] of this.#files) {
      const finding = checkBase(rolloutId, (id) => this.#facts.get(id))
      if (finding !== null) yield { file, finding }
    }
  }
}
