import { ThreadStoreError } from '../../../store/errors.js'
import { errorCode } from '../home/unreadable.js'
import type { OpenHome } from '../open-home.js'
import { type FoundPlace, printPlace } from '../scan/finding-tally.js'
import { backUp } from './back-up.js'
import { databaseRepairs } from './database-repairs.js'
import { fileRepairs } from './file-repairs.js'
import { refuseWhileLive } from './refuse-while-live.js'
import type { Repair } from './repair.js'
import { rowRepairs } from './row-repairs.js'

/** In the order in which they are run: rows follow files, and both need a database. */
const repairs: readonly Repair[] = [...databaseRepairs, ...fileRepairs, ...rowRepairs]

/** What was done about one place of a finding. */
export interface RepairAction {
  readonly code: string
  readonly place: string
  readonly status: 'planned' | 'repaired' | 'left'
  /** What was done, or why it was not. */
  readonly what: string
}

/** What a repair came to. */
export interface HomeRepair {
  /** The folder with a copy of every file that was changed; `null` when none was. */
  readonly backup: string | null
  readonly actions: readonly RepairAction[]
}

/** How a repair is watched and stopped. */
export interface RepairOptions {
  /** Called after each place. */
  readonly onProgress?: (done: { readonly places: number; readonly of: number }) => void
  /** Stops between two places; what was done by then stays done, and the same again goes on. */
  readonly signal?: AbortSignal
}

/** What a repair of these places would do. */
export function planRepair(places: readonly FoundPlace[]): RepairAction[] {
  return steps(places).map(([{ does: what, code }, found]) => {
    return { code, place: printPlace(found), status: 'planned', what }
  })
}

/**
 * Puts right what a scan found, as far as that is safe: nothing is made up, and nothing goes away
 * but what is there twice. Refused while somebody writes in the home.
 */
export async function repairHome(
  home: OpenHome,
  places: readonly FoundPlace[],
  { onProgress, signal }: RepairOptions = {},
): Promise<HomeRepair> {
  await refuseWhileLive(home)
  const todo = steps(places)
  const backup = backUp(
    home,
    todo.flatMap(([repair, found]) => repair.touches(home, found)),
  )
  const actions: RepairAction[] = []
  for (const [repair, found] of todo) {
    signal?.throwIfAborted()
    actions.push(await act(home, repair, found))
    onProgress?.({ places: actions.length, of: todo.length })
  }
  return { backup, actions }
}

function steps(places: readonly FoundPlace[]): (readonly [Repair, FoundPlace])[] {
  return repairs.flatMap((repair) =>
    places.filter(({ code }) => code === repair.code).map((found) => [repair, found] as const),
  )
}

async function act(home: OpenHome, repair: Repair, found: FoundPlace): Promise<RepairAction> {
  const { code, does } = repair
  const place = printPlace(found)
  try {
    const why = await repair.run(home, found)
    return why === null
      ? { code, place, status: 'repaired', what: does }
      : { code, place, status: 'left', what: why }
  } catch (reason) {
    const isOutside = ThreadStoreError.is(reason) || errorCode(reason) !== null
    if (!isOutside || !(reason instanceof Error)) throw reason
    return { code, place, status: 'left', what: reason.message }
  }
}
