import { ThreadStoreError } from '../../src/index.js'
import type {
  HomeRepair,
  RepairAction,
  RepairOptions,
} from '../../src/stores/local/repair/repair-home.js'
import type { FoundPlace } from '../../src/stores/local/scan/finding-tally.js'
import type { HomeFinding } from '../../src/stores/local/scan/home-findings.js'
import { ExitCode } from '../usage/exit-codes.js'
import { NothingDoneError } from '../usage/failures.js'
import { openHome } from '../stores/open-store.js'
import { findingLines } from './scan-summary.js'

/** Refuses a home in which somebody is at work, before it is read from end to end. */
export async function requireQuiet(home: string): Promise<void> {
  await repairHome(home, [])
}

/** Repairs the places that a scan named. */
export async function repairHome(
  home: string,
  places: readonly FoundPlace[],
  options: RepairOptions = {},
): Promise<HomeRepair> {
  await using opened = await openHome(home, 'write')
  try {
    return await opened.store.repair(places, options)
  } catch (error) {
    if (ThreadStoreError.is(error, 'CONFLICT')) throw new NothingDoneError(error.message)
    throw error
  }
}

/** What a repair of the places would do. */
export async function plannedRepair(places: readonly FoundPlace[]): Promise<HomeRepair> {
  const { planRepair } = await import('../../src/stores/local/repair/repair-home.js')
  return { backup: null, actions: planRepair(places) }
}

/** Repaired is what a scan afterwards no longer finds. */
export function repairExitCode(
  actions: readonly RepairAction[],
  remaining: readonly HomeFinding[],
): ExitCode {
  if (remaining.some(({ severity }) => severity === 'error')) return ExitCode.different
  return actions.some(({ status }) => status === 'left') ? ExitCode.incomplete : ExitCode.done
}

/** What people are told of a repair; `remaining` is `null` when nothing was changed. */
export function repairLines(
  { backup, actions }: HomeRepair,
  remaining: readonly HomeFinding[] | null,
): string[] {
  return [
    remaining === null ? 'would be repaired' : 'repaired',
    ...actionLines(actions),
    ...(backup === null ? [] : [`the files as they were: ${backup}`]),
    ...(remaining === null ? ['dry run: nothing was changed'] : remainingLines(remaining)),
  ]
}

function remainingLines(remaining: readonly HomeFinding[]): string[] {
  return remaining.length === 0
    ? ['nothing is left to complain about']
    : ['left as it is', ...remaining.flatMap(findingLines)]
}

/** One line for all places with which the same was done. */
function actionLines(actions: readonly RepairAction[]): string[] {
  const groups = Map.groupBy(actions, ({ status, code, what }) => `${status} ${code} ${what}`)
  const lines = [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const number = group.length.toLocaleString('en').padStart(6)
    const verb = first.status === 'left' ? 'left: ' : ''
    return [
      `${first.status === 'left' ? '~' : '+'}${number} ${first.code.padEnd(22)} ${verb}${first.what}`,
      ...group.slice(0, 2).map(({ place }) => `${' '.repeat(31)}${place}`),
    ]
  })
  return lines.length === 0 ? ['  nothing'] : lines
}
