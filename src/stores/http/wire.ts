import type { JsonValue } from '../../protocol/json.js'
import { parseJson } from '../../protocol/parse-json.js'
import type { HistoryPosition } from '../../protocol/rollout-item.js'
import type { RolloutId, ThreadId } from '../../protocol/thread-id.js'
import { type HttpSchemaName, type SchemaProblem, httpProblem } from '../../protocol/validate.js'
import type { ThreadStoreCapabilities } from '../../store/capabilities.js'
import type { RolloutFile, StoredThread } from '../../store/records.js'

/** What a client has to know before its first call. */
export interface Service {
  readonly protocol: 1
  /** Another one after every start of the server. */
  readonly instance: string
  readonly supports: ThreadStoreCapabilities
  readonly limits: ServiceLimits
}

interface ServiceLimits {
  /** Bytes the body of any request may have. */
  readonly bodyBytesMax: number
  /** Bytes of rollouts that a part of an import should carry. */
  readonly partBytesMax: number
}

interface OpenedHandle {
  readonly handle: string
  /** The handle is closed when no request names it for so long. */
  readonly idleMs: number
}

/** Where a live thread’s rollout ends. */
export interface LogEnd {
  readonly rolloutId: RolloutId
  readonly itemCount: number
}

interface Written {
  /** `null` where the store cannot tell. */
  readonly end: LogEnd | null
}

/** A history that follows: either so many items, one on each line, or so many bytes of a rollout. */
export interface HistoryHead {
  readonly threadId: ThreadId
  readonly position: HistoryPosition | null
  /** `null` where the lines come as they are stored; those that hold no item are left out. */
  readonly itemCount: number | null
  /** `null` where the items come as they were read. */
  readonly byteCount: number | null
}

/** A thread with a history whose items follow, one on each line. */
export interface ThreadHead {
  readonly thread: StoredThread
  readonly history: HistoryHead
}

interface RolloutFacts {
  readonly rolloutId: RolloutId
  readonly base: HistoryPosition | null
  readonly file: RolloutFile | null
  readonly fingerprint: string | null
}

export interface ExportedFacts extends RolloutFacts {
  readonly byteCount: number
}

export interface Exported {
  /** Names the export, so that its bytes are those of the same moment. */
  readonly export: string
  readonly thread: StoredThread
  readonly rollouts: readonly ExportedFacts[]
  readonly live: boolean
}

interface ImportedFacts extends RolloutFacts {
  readonly fromByte: number
}

/** What bytes follow the first line of a part. */
export interface PartHead {
  /** How many of each rollout, in the order of the import. */
  readonly bytes: readonly number[]
  /** The first so many rollouts get no more. */
  readonly ended: number
  /** No part follows. */
  readonly complete: boolean
}

/** The first line of an import. */
export interface ImportHead {
  readonly thread: StoredThread
  readonly rollouts: readonly ImportedFacts[]
  readonly replace?: boolean
  readonly part: PartHead
}

export interface OpenedImport {
  readonly import: string
}

/** What each definition of `http.schema.json` that is read here means. */
interface WireTypes {
  readonly service: Service
  readonly openedHandle: OpenedHandle
  readonly written: Written
  readonly historyHead: HistoryHead
  readonly threadHead: ThreadHead
  readonly exported: Exported
  readonly importHead: ImportHead
  readonly partHead: PartHead
  readonly openedImport: OpenedImport
}

/** A value of the wire, or what is wrong with it. */
type Read<T> = { readonly value: T } | { readonly problem: SchemaProblem }

/** Reads a JSON text that is to have one of the forms of this file. */
export function readWire<Name extends keyof WireTypes & HttpSchemaName>(
  name: Name,
  text: string,
): Read<WireTypes[Name]> {
  const value = parseJson(text)
  return value === undefined
    ? { problem: { path: '', message: 'is not JSON' } }
    : asWire(name, value)
}

/** A JSON value as one of the forms of this file, if it has it. */
export function asWire<Name extends keyof WireTypes & HttpSchemaName>(
  name: Name,
  value: JsonValue,
): Read<WireTypes[Name]> {
  const problem = httpProblem(name, value)
  return problem === null ? { value: value as unknown as WireTypes[Name] } : { problem }
}
