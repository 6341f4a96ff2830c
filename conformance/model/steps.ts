import fc from 'fast-check'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ListThreadsParams } from '../../src/store/params.js'
import type { ThreadMetadataPatch } from '../../src/store/metadata-patch.js'
import type { CaseContext } from '../case.js'
import { anyItem, anyPatch } from '../laws/arbitraries.js'
import { anyQuery } from '../laws/list-laws.js'
import { slots } from './world.js'

/** What a step does, each a call or two. */
const deeds = [
  'create',
  'fork',
  'import',
  'resume',
  'append',
  'persist',
  'flush',
  'shutdown',
  'discard',
  'patch',
  'archive',
  'unarchive',
  'revert',
  'delete',
  'load',
  'read',
  'list',
  'search',
  'turns',
  'items',
  'digest',
  'reopen',
] as const
export type Deed = (typeof deeds)[number]

/** One step of a sequence, as data: which thread, on which handle, and numbers to choose by. */
export interface Step {
  readonly deed: Deed
  readonly slot: number
  readonly on: number
  /** `includeArchived`, or which of two ways. */
  readonly flag: boolean
  readonly n: number
  readonly patch: ThreadMetadataPatch
  /** For an append now and then, instead of well-known ones. */
  readonly items: readonly RolloutItem[]
  readonly query: Omit<ListThreadsParams, 'pageSize'>
}

/** What brings a sequence forward comes more often than what only looks. */
const weights: Partial<Record<Deed, number>> = {
  create: 4,
  append: 12,
  resume: 4,
  shutdown: 3,
  patch: 6,
  archive: 3,
  unarchive: 3,
  fork: 3,
  revert: 3,
  turns: 2,
  list: 2,
}

/** Deeds a store need not answer for, and when it has to. */
const claimed: Partial<Record<Deed, (context: CaseContext) => boolean>> = {
  fork: ({ supports }) => supports.lineage,
  revert: ({ supports }) => supports.lineage,
  delete: ({ supports }) => supports.delete,
  search: ({ supports }) => supports.search,
  turns: ({ supports }) => supports.turns,
  items: ({ supports }) => supports.items,
  import: ({ supports }) => supports.rawHistory,
  digest: ({ supports }) => supports.rawHistory,
  reopen: ({ supports, doors }) => supports.durability !== 'none' && doors.has('reopen'),
}

/** Handles that see at once what another did. */
function handles({ supports, doors }: CaseContext): number {
  const shared = supports.writers !== 'single' && supports.readYourWrites === 'always'
  return shared && doors.has('openSecond') ? 2 : 1
}

const stepsMax = 50

/** Slots as often as they are chosen: some threads shall come to have a long history. */
const favoured = Array.from({ length: slots }, (_, slot) =>
  Array<number>(slots - slot).fill(slot),
).flat()

/** Sequences of steps that the store has to answer for. */
export function sequences(context: CaseContext): fc.Arbitrary<readonly Step[]> {
  const answerable = deeds.filter((deed) => claimed[deed]?.(context) ?? true)
  const chosen = answerable.map((deed) => ({
    weight: weights[deed] ?? 1,
    arbitrary: fc.constant(deed),
  }))
  const step = fc.record({
    deed: fc.oneof(...chosen),
    slot: fc.constantFrom(...favoured),
    on: fc.nat({ max: handles(context) - 1 }),
    flag: fc.boolean(),
    n: fc.nat({ max: 99 }),
    patch: anyPatch,
    items: fc.array(anyItem, { minLength: 1, maxLength: 3 }),
    query: anyQuery,
  })
  // Long ones find more, and are made short when they have.
  return fc.noBias(fc.array(step, { minLength: 1, maxLength: stepsMax, size: 'max' }))
}
