import type { RolloutId } from '../../protocol/thread-id.js'
import type { RolloutEntry } from './home/rollout-tree.js'
import type { OpenHome } from './open-home.js'

/** The rollouts of a home that begin from one of the given ones. */
export async function* rolloutsFrom(
  home: OpenHome,
  bases: ReadonlySet<RolloutId>,
): AsyncGenerator<RolloutEntry> {
  for (const entry of home.index.listing().entries()) {
    const base = (await home.heads.tryHead(entry))?.historyBase
    if (base && bases.has(base.rolloutId)) yield entry
  }
}
