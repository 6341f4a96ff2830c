import type { ConformanceCase } from '../case.js'
import { modelLaw } from '../model/model-law.js'
import { itemLaws } from './item-laws.js'
import { listLaws } from './list-laws.js'
import { patchLaws } from './patch-laws.js'

/** Every law. */
export const laws: readonly ConformanceCase[] = [...itemLaws, ...patchLaws, ...listLaws, modelLaw]
