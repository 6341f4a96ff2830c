import { isIntact, type PlanDocument } from '../../migrate/index.js'
import { readDocument } from '../reports/read-document.js'
import { UsageError } from '../usage/usage-error.js'

/** Reads a plan and makes sure that nobody changed it. */
export function readPlan(file: string): PlanDocument {
  const plan = readDocument<PlanDocument>(file, 'migration-plan')
  if (!isIntact(plan)) throw new UsageError(`${file} was changed: its digest is another one`)
  return plan
}
