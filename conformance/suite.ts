import type { ConformanceCase } from './case.js'
import { appendCases } from './cases/append.js'
import { archiveCases } from './cases/archive.js'
import { errorCases } from './cases/errors.js'
import { handleCases, lazyCases } from './cases/handles.js'
import { historyCases } from './cases/history.js'
import { lifecycleCases } from './cases/lifecycle.js'
import { listPageCases } from './cases/list-pages.js'
import { listCases } from './cases/list.js'
import { metadataFieldCases } from './cases/metadata-fields.js'
import { metadataCases } from './cases/metadata.js'
import { rawCases } from './cases/raw.js'
import { rollbackCases } from './cases/rollback.js'
import { appendArms } from './concurrency/appends.js'
import { contentionArms } from './concurrency/contention.js'

/** Every case and law, in the order in which they run: what others rest on comes first. */
export const suite: readonly ConformanceCase[] = [
  ...lifecycleCases,
  ...lazyCases,
  ...handleCases,
  ...appendCases,
  ...historyCases,
  ...metadataCases,
  ...metadataFieldCases,
  ...archiveCases,
  ...listCases,
  ...listPageCases,
  ...rollbackCases,
  ...rawCases,
  ...errorCases,
  ...appendArms,
  ...contentionArms,
]
