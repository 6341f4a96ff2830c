import { itemListMutants, turnListMutants } from './turn-lists.js'
import { valueMutants } from './values.js'
import { searchMutants } from './search.js'
import { lineageMutants } from './lineage.js'
import { lazyMutants } from './lazy.js'
import { durabilityMutants } from './durability.js'
import { crashMutants } from './crash.js'
import { deleteMutants } from './delete.js'
import { concurrencyMutants } from './concurrency.js'
import { capabilityMutants } from './capabilities.js'
import { appendMutants } from './append.js'
import { archiveMutants } from './archive.js'
import { lifecycleMutants } from './lifecycle.js'
import { listMutants } from './list.js'
import { metadataMutants } from './metadata.js'
import { createMutants } from './create.js'
import { errorMutants } from './errors.js'
import { filterMutants } from './filters.js'
import { handleMutants } from './handles.js'
import { historyMutants } from './history.js'
import type { Mutant } from './mutant.js'
import { patchMutants } from './patch.js'
import { rawMutants } from './raw.js'
import { sequenceMutants } from './sequences.js'
import { turnMutants } from './turns.js'

/** Every mutant there is. */
export const mutants: readonly Mutant[] = [
  ...createMutants,
  ...lifecycleMutants,
  ...handleMutants,
  ...appendMutants,
  ...metadataMutants,
  ...patchMutants,
  ...archiveMutants,
  ...listMutants,
  ...filterMutants,
  ...historyMutants,
  ...turnMutants,
  ...rawMutants,
  ...errorMutants,
  ...capabilityMutants,
  ...concurrencyMutants,
  ...deleteMutants,
  ...durabilityMutants,
  ...crashMutants,
  ...lazyMutants,
  ...lineageMutants,
  ...searchMutants,
  ...valueMutants,
  ...turnListMutants,
  ...itemListMutants,
  ...sequenceMutants,
]
