import type { ConformanceCase } from '../case.js'
import { law } from '../law.js'
import { digest, list, load, read, readEverything, reopen, search, turns } from './reading.js'
import { type Deed, type Step, sequences } from './steps.js'
import { steered } from './steer.js'
import { type World, slots } from './world.js'
import {
  append,
  archive,
  create,
  deleteThread,
  discard,
  fork,
  importThread,
  patch,
  resume,
  revert,
  settle,
  unarchive,
} from './writing.js'

const deeds: Readonly<Record<Deed, (world: World, step: Step) => Promise<void>>> = {
  create,
  fork,
  import: importThread,
  resume,
  append,
  persist: settle,
  flush: settle,
  shutdown: settle,
  discard,
  patch,
  archive,
  unarchive,
  revert,
  delete: deleteThread,
  load,
  read,
  list,
  search,
  turns,
  items: turns,
  digest,
  reopen,
}

/**
 * Calls in any order, beside a model of what the contract says they come to. The model is written
 * from the contract and knows no store, so that it can be run against the reference store too.
 */
export const modelLaw: ConformanceCase = law<readonly Step[]>({
  id: 'law.any-calls',
  title: 'calls in any order come to what the contract says, one after the other',
  requirements: ['SEQ-1'],
  set: 'core',
  share: 1 / 5,
  inputs: sequences,
  holds: async (context, store, steps) => {
    const ids = Array.from({ length: slots }, () => context.threadId())
    const threads = ids.map(() => null)
    const known = { context, ids, threads, bases: new Map<string, string>() }
    const world: World = { ...known, handles: [store], held: [], count: 0 }
    for (const step of steps) {
      for (const { deed, ...rest } of steered(world, step))
        await deeds[deed](world, { deed, ...rest })
    }
    await readEverything(world)
  },
})
