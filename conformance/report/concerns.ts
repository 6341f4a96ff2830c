import type { CaseResult, Report } from './report.js'
import { failureText } from './text.js'

/** Something wrong with a run that is no case of its own. */
export interface Concern {
  readonly id: string
  readonly title: string
  readonly message: string
}

/** Why a run proves less than its cases say; formats that know only tests list each as failed. */
export function concernsOf({ problem, staleBaseline, verdict, subject }: Report): Concern[] {
  const stale = staleBaseline.map((entry) => ({
    id: 'run.baseline',
    title: 'the baseline describes what happens',
    message: `stale baseline entry ${entry}`,
  }))
  const nothing =
    verdict === 'nothing-executed' ? `nothing of the suite applies to ${subject.name}` : null
  const reason = problem ?? nothing
  const whole = { id: 'run.whole', title: 'the run decides what it planned' }
  return reason === null ? stale : [...stale, { ...whole, message: reason }]
}

/** What to say of a case that did not pass, plain. */
export function explanationOf(result: CaseResult): string {
  return result.failure === null ? (result.reason ?? '') : failureText(result)
}

/** One line about why a case did not pass. */
export function briefOf({ failure, reason, outcome }: CaseResult): string {
  const [line = ''] = (failure?.message ?? reason ?? outcome).split('\n')
  return line
}
