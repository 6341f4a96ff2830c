import type { FlowCase } from '../flow-case.js'
import { archiveCases } from './archive.js'
import { connectionCases } from './connections.js'
import { forkCases } from './fork.js'
import { historyCases } from './histories.js'
import { listCases } from './list.js'
import { metadataCases } from './metadata.js'
import { pathCases } from './paths.js'
import { readCases } from './read.js'
import { requestCases } from './requests.js'
import { resumeCases } from './resume.js'
import { reviewCases } from './review.js'
import { rollbackCases } from './rollback.js'
import { turnCases } from './turns.js'
import { unloadCases } from './unload.js'

/** Every case of the flow suite. */
export const flowCases: readonly FlowCase[] = [
  ...requestCases,
  ...turnCases,
  ...readCases,
  ...listCases,
  ...metadataCases,
  ...archiveCases,
  ...resumeCases,
  ...forkCases,
  ...rollbackCases,
  ...reviewCases,
  ...historyCases,
  ...pathCases,
  ...unloadCases,
  ...connectionCases,
]
