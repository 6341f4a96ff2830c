import { isDeepStrictEqual } from 'node:util'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { StoredThread } from '../../src/store/records.js'
import type { ThreadMetadataPatch } from '../../src/store/metadata-patch.js'
import { userMessage } from '../build/items.js'
import { withoutMeta } from '../observe.js'
import { type CrashFields, type ThreadState, changed } from './thread-state.js'

/** The item of a label, which says how long its text is: `7x4000`. */
export function crashItem(label: string): RolloutItem {
  const [, size = '0'] = label.split('x')
  return userMessage(`${label} ${'-'.repeat(Number(size))}`)
}

/** The label of an item that came back whole; anything else is shown as it is. */
function labelOf(item: RolloutItem): string {
  const { message } = item.payload as { readonly message?: unknown }
  const [label = ''] = typeof message === 'string' ? message.split(' ', 1) : []
  const whole = isDeepStrictEqual(item.payload, crashItem(label).payload)
  return whole ? label : `not whole: ${JSON.stringify(item.payload).slice(0, 80)}`
}

/** What a record and its history say, as far as the sweep changes them. */
export function stateOf(thread: StoredThread): ThreadState {
  const { name, title, model, agentRole, gitInfo, archivedAt, history } = thread
  return {
    archived: archivedAt !== null,
    fields: {
      name,
      title,
      model,
      agentRole,
      sha: gitInfo?.sha ?? null,
      branch: gitInfo?.branch ?? null,
    },
    items: withoutMeta(history?.items ?? []).map(labelOf),
  }
}

/** A thread that is there and cannot be read, which no call leads to. */
export function unreadable(rejection: string): ThreadState {
  return changed(null, { kind: 'import', name: '', items: [`cannot be read: ${rejection}`] })
}

/** A patch that sets these fields, and the same in terms of the sweep. */
export interface CrashPatch {
  readonly patch: ThreadMetadataPatch
  readonly fields: Partial<CrashFields>
}

/** Sets every field to one value, so that half of it shows. */
export function settingPatch(value: string): CrashPatch {
  const plain = { name: value, title: value, model: value, agentRole: value }
  const git = { sha: value, branch: value }
  return { patch: { ...plain, gitInfo: git }, fields: { ...plain, ...git } }
}

/** Clears what can be cleared, and sets the rest. */
export function clearingPatch(value: string): CrashPatch {
  const plain = { name: null, title: value, agentRole: null }
  const git = { sha: null, branch: value }
  return { patch: { ...plain, gitInfo: git }, fields: { ...plain, ...git } }
}
