import type { RolloutId } from '../../protocol/thread-id.js'
import type { RolloutEntry } from './home/rollout-tree.js'
import type { OpenHome } from './open-home.js'

/** What files begin from. An entry is another one once its folder has changed; a first line stays. */
const known = new WeakMap<RolloutEntry, RolloutId | null>()

/** The rollouts of a home that begin from one of the given ones. */
export async function* rolloutsFrom(
  home: OpenHome,
  bases: ReadonlySet<RolloutId>,
): AsyncGenerator<RolloutEntry> {
  for (const entry of home.index.listing().entries()) {
    const remembered = known.get(entry)
    const base = remembered === undefined ? await baseOf(home, entry) : remembered
    if (base !== null && bases.has(base)) yield entry
  }
}

async function baseOf(home: OpenHome, entry: RolloutEntry): Promise<RolloutId | null> {
  const head = await home.heads.tryHead(entry)
  const base = head?.historyBase?.rolloutId ?? null
  // A rollout without a head may be one in the making.
  if (head !== null) known.set(entry, base)
  return base
}
