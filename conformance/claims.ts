import {
  type CapabilityFlag,
  type Durability,
  type ThreadStoreCapabilities,
  type WriterScope,
  durabilityTiers,
  writerScopes,
} from '../src/store/capabilities.js'

/** A condition on what a store claims, and its words for a report. */
export interface Claim {
  /** Completes “the store …”: `claims search`. */
  readonly text: string
  holds(supports: ThreadStoreCapabilities): boolean
}

export function claims(...flags: readonly (CapabilityFlag | 'paths')[]): Claim {
  return {
    text: `claims ${flags.join(' and ')}`,
    holds: (supports) => flags.every((flag) => supports[flag]),
  }
}

/** The other arm of a capability. */
export function lacks(flag: CapabilityFlag | 'paths'): Claim {
  return { text: `does not claim ${flag}`, holds: (supports) => !supports[flag] }
}

export function durable(tier: Durability): Claim {
  return {
    text: `claims durability ${tier}`,
    holds: ({ durability }) => durabilityTiers.indexOf(durability) >= durabilityTiers.indexOf(tier),
  }
}

export function writers(scope: WriterScope): Claim {
  return {
    text: `claims ${scope} writers`,
    holds: (supports) => writerScopes.indexOf(supports.writers) >= writerScopes.indexOf(scope),
  }
}

export function materializes(mode: ThreadStoreCapabilities['materialization']): Claim {
  return { text: `is ${mode}`, holds: ({ materialization }) => materialization === mode }
}

export function all(...parts: readonly Claim[]): Claim {
  return {
    text: parts.map(({ text }) => text).join(' and '),
    holds: (supports) => parts.every((part) => part.holds(supports)),
  }
}
