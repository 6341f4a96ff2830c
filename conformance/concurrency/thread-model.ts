import type { ThreadStoreCapabilities } from '../../src/store/capabilities.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { ThreadMetadataPatch } from '../../src/store/metadata-patch.js'
import type { StoredThread } from '../../src/store/records.js'
import { rejectionOf } from '../expect.js'
import type { Model } from './linearize.js'
import type { RecordedCall } from './recorder.js'

/** The fields of a record that the model keeps; plans patch no others. */
export const modelFields = ['name', 'title', 'model', 'agentRole'] as const
export type ModelField = (typeof modelFields)[number]

/** A thread as the contract has it, as far as writers and metadata go. */
interface ThreadState {
  readonly exists: boolean
  /** In a lazy store only the writer knows a thread that was not materialised. */
  readonly materialised: boolean
  readonly writer: string | null
  readonly archived: boolean
  readonly fields: Readonly<Record<ModelField, string | null>>
}

const noFields = { name: null, title: null, model: null, agentRole: null }

/** No thread of that id. */
const absentThread: ThreadState = {
  exists: false,
  materialised: false,
  writer: null,
  archived: false,
  fields: noFields,
}

/** A state in words, for people who wonder why a call does not fit. */
export function stateText({ exists, writer, archived, fields }: ThreadState): string {
  if (!exists) return 'there is no such thread'
  const set = modelFields.filter((field) => fields[field] !== null)
  return [
    writer === null ? 'the thread has no writer' : `${writer} is the writer`,
    archived ? 'it is archived' : '',
    ...set.map((field) => `${field} is ${fields[field]}`),
  ]
    .filter(Boolean)
    .join(', ')
}

/** How a call went, in words. */
export function outcomeText({ outcome }: RecordedCall): string {
  if (outcome.kind === 'pending') return 'had not returned'
  if (outcome.kind === 'rejected') return `was refused: ${rejectionOf(outcome.reason)}`
  const { value } = outcome
  if (typeof value !== 'object' || value === null || !('archivedAt' in value)) return 'resolved'
  const record = value as StoredThread
  const shown = modelFields.filter((field) => record[field] !== null)
  const fields = shown.map((field) => `${field} ${record[field]}`)
  return `showed ${[record.archivedAt === null ? '' : 'archived', ...fields].filter(Boolean).join(', ') || 'no field set'}`
}

/** The sequential specification of one thread of a store with these capabilities. */
export function threadModel(
  { materialization }: Pick<ThreadStoreCapabilities, 'materialization'>,
  initial: ThreadState = absentThread,
): Model<ThreadState, RecordedCall> {
  return {
    initial,
    key: (state) => JSON.stringify(state),
    unfinished: (call) => ({ ...call, end: Infinity, outcome: { kind: 'pending' } }),
    changesNothing: ({ verb, outcome }) =>
      reads.has(verb) || (outcome.kind === 'rejected' && !isUnknown(outcome.reason)),
    step: (state, call) => {
      const { outcome } = call
      const after = effect(state, call, materialization === 'lazy')
      if (outcome.kind === 'pending') return after === null ? [state] : [state, after]
      if (outcome.kind === 'rejected') return refused(state, call, outcome.reason, after)
      if (after === null || !fits(after, outcome.value)) return []
      // What a lazy store has to write down for its own sake may materialise the thread.
      return after.materialised || !mayMaterialise.has(call.verb)
        ? [after]
        : [after, { ...after, materialised: true }]
    },
  }
}

const mayMaterialise: ReadonlySet<string> = new Set([
  'updateThreadMetadata',
  'archiveThread',
  'unarchiveThread',
])

const reads: ReadonlySet<string> = new Set(['readThread', 'loadHistory'])

function isUnknown(reason: unknown): boolean {
  return ThreadStoreError.is(reason, 'OUTCOME_UNKNOWN')
}

/** What a call does when it works; `null` where it must be refused. */
function effect(state: ThreadState, call: RecordedCall, lazy: boolean): ThreadState | null {
  const { client, verb } = call
  switch (verb) {
    case 'createThread':
      if (state.exists) return null
      return { ...absentThread, exists: true, writer: client, materialised: !lazy }
    case 'resumeThread':
      return seen(state, call) && state.writer === null && state.materialised
        ? { ...state, writer: client }
        : null
    case 'appendItems':
    case 'persistThread':
      return state.exists && state.writer === client ? { ...state, materialised: true } : null
    case 'flushThread':
      return state.exists && state.writer === client ? state : null
    case 'shutdownThread':
      return state.exists && state.writer === client ? released(state) : null
    case 'discardThread':
      return state.writer === client ? released(state) : state
    case 'readThread':
    case 'loadHistory':
      return seen(state, call) ? state : null
    case 'updateThreadMetadata':
      return seen(state, call) ? { ...state, fields: patched(state, call) } : null
    case 'archiveThread':
      return known(state, client) && !state.archived ? { ...state, archived: true } : null
    case 'unarchiveThread':
      return known(state, client) && state.archived ? { ...state, archived: false } : null
    case 'deleteThread':
      return state.exists && state.writer === null ? absentThread : null
    case 'listThreads':
    case 'searchThreads':
    case 'listTurns':
    case 'listItems':
    case 'revertThread':
    case 'exportThread':
    case 'importThread':
    case 'historyDigest':
      throw new TypeError(`the model of a thread has no ${verb}`)
  }
}

/** A lazy thread that was never materialised is gone with its writer. */
function released(state: ThreadState): ThreadState {
  return state.materialised ? { ...state, writer: null } : absentThread
}

function known({ exists, materialised, writer }: ThreadState, client: string): boolean {
  return exists && (materialised || writer === client)
}

function seen(state: ThreadState, { client, params }: RecordedCall): boolean {
  const { includeArchived } = params as { readonly includeArchived?: boolean }
  return known(state, client) && (!state.archived || includeArchived === true)
}

function patched({ fields }: ThreadState, { params }: RecordedCall): ThreadState['fields'] {
  const { patch } = params as { readonly patch?: ThreadMetadataPatch }
  return Object.fromEntries(
    modelFields.map((field) => {
      const value = patch?.[field]
      return [field, value === undefined ? fields[field] : value]
    }),
  ) as ThreadState['fields']
}

/** Whether a record that came back is the one of the state. */
function fits({ fields, archived }: ThreadState, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('archivedAt' in value)) return true
  const record = value as StoredThread
  return (
    (record.archivedAt !== null) === archived &&
    modelFields.every((field) => record[field] === fields[field])
  )
}

/** A refusal changes nothing, and must have had its reason. */
function refused(
  state: ThreadState,
  { client, verb }: RecordedCall,
  reason: unknown,
  after: ThreadState | null,
): readonly ThreadState[] {
  if (!ThreadStoreError.is(reason)) return []
  if (reason.code === 'OUTCOME_UNKNOWN') return after === null ? [state] : [state, after]
  // A store that is busy may say so at any time, as long as nothing happened.
  if (reason.code === 'RETRYABLE') return [state]
  return justified(state, client, verb, reason.details.reason) ? [state] : []
}

function justified(state: ThreadState, client: string, verb: string, reason: string): boolean {
  switch (reason) {
    case 'already-live':
      return state.writer !== null
    case 'already-exists':
      return verb === 'createThread' && state.exists
    case 'not-live':
    case 'writer-lost':
      return state.writer !== client
    case 'unknown-thread':
      return !known(state, client)
    case 'archived':
      return state.archived
    case 'not-archived':
      return state.exists && !state.archived
    default:
      return false
  }
}
