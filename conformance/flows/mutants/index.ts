import type { FlowMutant } from './flow-mutant.js'
import { joiningMutants } from './joining.js'
import { refusingMutants } from './refusing.js'
import { tellingMutants } from './telling.js'

/** Every defect the flow suite has to notice. */
export const flowMutants: readonly FlowMutant[] = [
  ...tellingMutants,
  ...refusingMutants,
  ...joiningMutants,
]
