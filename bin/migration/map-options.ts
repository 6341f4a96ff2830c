import {
  isIdentity,
  type MappedSource,
  mappedSource,
  type Mapping,
  parseReplacement,
  type Replacement,
} from '../../migrate/index.js'
import type { OpenedStore } from '../stores/open-store.js'
import { UsageError } from '../usage/usage-error.js'

/** The options that say what is called otherwise in the target, for `yargs`. */
export const mapOptions = {
  'map-cwd': {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'OLD=NEW: threads of folder OLD belong to NEW in the target (repeatable)',
  },
  'map-provider': {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'A=B: threads of model provider A belong to B in the target (repeatable)',
  },
} as const

/** What such options hold. */
interface MapArguments {
  readonly mapCwd?: readonly string[] | undefined
  readonly mapProvider?: readonly string[] | undefined
}

/** What is to be replaced; `null` for nothing. */
export function mappingOf({ mapCwd = [], mapProvider = [] }: MapArguments): Mapping | null {
  const mapping = {
    cwd: replacements('--map-cwd', mapCwd),
    provider: replacements('--map-provider', mapProvider),
  }
  return isIdentity(mapping) ? null : mapping
}

function replacements(option: string, values: readonly string[]): Replacement[] {
  return values.map((value) => {
    const replacement = parseReplacement(value)
    if (replacement === null) throw new UsageError(`${option}: ${value} is not OLD=NEW`)
    return replacement
  })
}

/** A source whose threads say what is true in the target; `null` where nothing is replaced. */
export function mapSource(
  mapping: Mapping | null,
  source: OpenedStore,
  target: OpenedStore,
): (MappedSource & { readonly mapping: Mapping }) | null {
  if (mapping === null) return null
  for (const { store, label } of [source, target]) {
    if (store.supports.rawHistory) continue
    throw new UsageError(`${label} does not move bytes, so nothing can be mapped on the way`)
  }
  return { ...mappedSource(source.store, mapping), mapping }
}
