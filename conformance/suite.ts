import type { ConformanceCase } from './case.js'
import { appendCases } from './cases/append.js'
import { archiveCases } from './cases/archive.js'
import { capabilityCases } from './cases/capabilities.js'
import { concurrencyCases } from './cases/concurrency.js'
import { deleteCases } from './cases/delete.js'
import { crashCases } from './crash/cases.js'
import { durabilityCases } from './cases/durability.js'
import { errorCases } from './cases/errors.js'
import { handleCases, lazyCases } from './cases/handles.js'
import { historyCases } from './cases/history.js'
import { itemCases } from './cases/items.js'
import { lifecycleMatrix } from './cases/lifecycle-matrix.js'
import { lifecycleCases } from './cases/lifecycle.js'
import { lineageLimitCases } from './cases/lineage-limits.js'
import { lineageCases } from './cases/lineage.js'
import { listPageCases } from './cases/list-pages.js'
import { listCases } from './cases/list.js'
import { metadataFieldCases } from './cases/metadata-fields.js'
import { metadataCases } from './cases/metadata.js'
import { rawFileCases } from './cases/raw-files.js'
import { rawCases } from './cases/raw.js'
import { rollbackCases } from './cases/rollback.js'
import { appendArms } from './concurrency/appends.js'
import { contentionArms } from './concurrency/contention.js'
import { searchCases } from './cases/search.js'
import { turnCases } from './cases/turns.js'
import { valueCases } from './cases/values.js'
import { laws } from './laws/index.js'

/** Every case and law, in the order in which they run: what others rest on comes first. */
export const suite: readonly ConformanceCase[] = [
  ...appendCases,
  ...lifecycleCases,
  ...lazyCases,
  ...handleCases,
  ...historyCases,
  ...metadataCases,
  ...metadataFieldCases,
  ...archiveCases,
  ...listCases,
  ...listPageCases,
  ...searchCases,
  ...turnCases,
  ...itemCases,
  ...rollbackCases,
  ...lineageCases,
  ...lineageLimitCases,
  ...deleteCases,
  ...rawCases,
  ...rawFileCases,
  ...errorCases,
  ...appendArms,
  ...contentionArms,
  ...capabilityCases,
  ...valueCases,
  ...concurrencyCases,
  ...durabilityCases,
  ...crashCases,
  ...lifecycleMatrix,
  ...laws,
]
