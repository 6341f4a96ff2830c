import { type Baseline, type RunOptions, selectCases, suite } from '../../conformance/index.js'
import { readDocument } from '../reports/read-document.js'
import { durationMs, wholeNumber } from '../usage/option-values.js'

/** Options of the commands that run the suite. */
export const suiteOptions = {
  set: {
    choices: ['smoke', 'core', 'full'],
    default: 'core',
    describe: 'how much: a first verdict, the decision, or everything there is',
  },
  filter: { type: 'string', describe: 'only these cases or requirements: append.*,META-3' },
  seed: { type: 'number', describe: 'what laws generate their inputs from' },
  runs: { type: 'number', describe: 'runs of each law' },
  trials: { type: 'number', describe: 'processes the crash sweep kills' },
  budget: { type: 'string', describe: 'search on for this long: 60s, 5m' },
  baseline: { type: 'string', describe: 'file of the failures that are expected' },
} as const

/** The options as they were given. */
export interface SuiteArguments {
  readonly set: 'smoke' | 'core' | 'full'
  readonly filter?: string | undefined
  readonly seed?: number | undefined
  readonly runs?: number | undefined
  readonly trials?: number | undefined
  readonly budget?: string | undefined
  readonly baseline?: string | undefined
}

/** The options of a run, checked. */
export function suiteRunOptions(args: SuiteArguments): RunOptions {
  const { set, filter, seed, runs, trials, budget, baseline } = args
  return {
    set,
    ...(filter !== undefined && { filter }),
    ...(seed !== undefined && { seed: wholeNumber('--seed', seed, 0) }),
    ...(runs !== undefined && { runs: wholeNumber('--runs', runs) }),
    ...(trials !== undefined && { trials: wholeNumber('--trials', trials) }),
    ...(budget !== undefined && { budgetMs: durationMs('--budget', budget) }),
    ...(baseline !== undefined && { baseline: readBaseline(baseline) }),
  }
}

/** Says that no case was selected; `null` when there is one. */
export function emptySelection({ set, filter = '*' }: SuiteArguments): string | null {
  const isEmpty = selectCases(suite, { set, filter }).length === 0
  return isEmpty
    ? `no case of set ${set} matches --filter ${filter}; conformance --list names them`
    : null
}

function readBaseline(file: string): Baseline {
  const { entries } = readDocument<{ readonly entries: Baseline }>(file, 'conformance-baseline')
  return entries
}
