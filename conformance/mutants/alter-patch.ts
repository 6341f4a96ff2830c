import { type ThreadMetadataPatch, patchFields } from '../../src/store/metadata-patch.js'
import type { UpdateThreadMetadataParams } from '../../src/store/params.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { asking } from './alter.js'

/** Replaces what a patch says before it is applied. */
export function patching(
  store: ThreadStore,
  change: (patch: ThreadMetadataPatch, params: UpdateThreadMetadataParams) => ThreadMetadataPatch,
): ThreadStore {
  return asking(store, {
    updateThreadMetadata: (params) => ({ ...params, patch: change(params.patch, params) }),
  })
}

export function mapValues(
  patch: ThreadMetadataPatch,
  change: (value: unknown, field: string) => unknown,
): ThreadMetadataPatch {
  return Object.fromEntries(
    Object.entries(patch).map(([field, value]) => [field, change(value, field)]),
  )
}

/** Drops the fields of a patch that a condition holds for. */
export function without(
  patch: ThreadMetadataPatch,
  drop: (value: unknown, field: string) => boolean,
): ThreadMetadataPatch {
  return Object.fromEntries(Object.entries(patch).filter(([field, value]) => !drop(value, field)))
}

export function isClearable(field: string): boolean {
  return (patchFields as Record<string, string>)[field] === 'clearable'
}

/** The fields that are there. */
export function given<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Partial<T>
}
