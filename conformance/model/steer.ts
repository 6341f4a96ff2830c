import type { Deed, Step } from './steps.js'
import type { World } from './world.js'

const making: ReadonlySet<Deed> = new Set(['create', 'fork', 'import'])
/** Deeds of a thread’s writer. */
const writing: ReadonlySet<Deed> = new Set(['append', 'persist', 'flush', 'shutdown'])
/** Deeds that a writer is in the way of. */
const owning: ReadonlySet<Deed> = new Set(['revert', 'delete', 'resume'])

/**
 * A step so that, three times out of four, it finds what it is about: a free place for a new
 * thread, a thread, its writer, or none. The fourth time it is made as it came, and refused.
 */
export function steered(world: World, step: Step): readonly Step[] {
  const { deed, slot, n } = step
  if (n % 4 === 0) return [step]
  if (making.has(deed)) {
    const free = world.threads.indexOf(null)
    return [{ ...step, slot: free < 0 ? slot : free }]
  }
  const thread = world.threads[slot] ?? null
  if (thread === null) return [{ ...step, deed: 'create', flag: true }, step]
  const archived = thread.record.archivedAt !== null
  if (deed === 'archive' && archived) return [{ ...step, deed: 'unarchive' }, step]
  if (deed === 'unarchive' && !archived) return [{ ...step, deed: 'archive' }, step]
  const writer = thread.writer
  if (writing.has(deed)) {
    return writer === null
      ? [{ ...step, deed: 'resume', flag: true }, step]
      : [{ ...step, on: writer }]
  }
  if (owning.has(deed) && writer !== null) {
    return [{ ...step, deed: 'shutdown', on: writer }, step]
  }
  return [step]
}
