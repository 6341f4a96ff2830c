import { limitsOf } from './context.js'
import { searchTimeOf } from './decide.js'
import type { Mutant } from './mutants/mutant.js'
import { touching } from './mutants/touching.js'
import { type StorageUse, watched } from './mutants/watched.js'
import type { Report } from './report/report.js'
import { type RunOptions, run } from './run.js'
import type { StoreSubject } from './subject.js'

/** The run of a subject without the defect, which the runs of its mutants are compared to. */
export interface Control {
  readonly report: Report
  /** What each case called; absent where it may call more when it has more time. */
  readonly uses: ReadonlyMap<string, readonly StorageUse[]>
}

/** Runs the suite against a subject as it is, and watches what its cases call. */
export async function runControl(subject: StoreSubject, options: RunOptions): Promise<Control> {
  const { caseTimeoutMs } = limitsOf(subject)
  const timeLimitMs = options.budgetMs === undefined ? searchTimeOf(caseTimeoutMs) : 0
  const uses = new Map<string, readonly StorageUse[]>()
  const { subject: same, takeUses } = watched(subject)
  const report = await run(same, {
    ...options,
    onEvent: (event) => {
      const taken = takeUses()
      if (event.type !== 'case' || event.result.durationMs >= timeLimitMs) return
      uses.set(event.result.id, taken)
    },
  })
  return { report, uses }
}

/** The cases that pass without the defect; the others would fail either way. */
export function soundCases({ report }: Control): ReadonlySet<string> {
  const passed = report.cases.filter(({ outcome }) => outcome === 'passed')
  return new Set(passed.map(({ id }) => id))
}

/** Whether a case can come out differently for a mutant: it calls something that is replaced. */
export function telling(
  { report: { supports }, uses }: Control,
  mutant: Mutant,
): (caseId: string) => boolean {
  if (supports === null) return () => true
  const touches = touching(mutant, supports)
  return (caseId) => {
    const used = uses.get(caseId)
    return used === undefined || touches(used)
  }
}
