import type { FlowCase } from '../flow-case.js'
import { archiveCases } from './archive.js'
import { connectionCases } from './connections.js'
import { forkCases } from './fork.js'
import { listCases } from './list.js'
import { metadataCases } from './metadata.js'
import { readCases } from './read.js'
import { requestCases } from './requests.js'
import { resumeCases } from './resume.js'
import { reviewCases } from './review.js'
import { rollbackCases } from './rollback.js'
import { turnCases } from './turns.js'

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
  ...connectionCases,
]
