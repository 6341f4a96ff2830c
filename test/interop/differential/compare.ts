import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  textAt,
} from '../../../src/protocol/json.js'
import { commonOrder } from './common-order.js'
import { SameIds, withoutIds } from './same-ids.js'
import type { RecordedMessage, RecordedStep } from './session.js'

/** One thing that the two servers say differently. */
export interface Difference {
  readonly step: string
  /** The kind of message. */
  readonly message: string
  /** The field; empty when only one of the two sent the message. */
  readonly at: string
  /** Absent where there is nothing. */
  readonly codex?: JsonValue
  readonly ours?: JsonValue
}

type Found = Pick<Difference, 'at' | 'codex' | 'ours'>

/** Everything in which two settled recordings of the same script differ, in order. */
export function compare(
  codex: readonly RecordedStep[],
  ours: readonly RecordedStep[],
): Difference[] {
  const ids = new SameIds()
  return codex.flatMap((step, i) => {
    const other = ours[i]
    if (other?.name !== step.name) throw new Error(`the scripts part at ${step.name}`)
    return compareStep(ids, step.name, step.messages, other.messages)
  })
}

function compareStep(
  ids: SameIds,
  step: string,
  codex: readonly RecordedMessage[],
  ours: readonly RecordedMessage[],
): Difference[] {
  const order = commonOrder(codex.map(labelOf), ours.map(labelOf))
  return order.flatMap(([theirs, own]): Difference[] => {
    const [left, right] = [codex[theirs ?? -1], ours[own ?? -1]]
    if (left === undefined || right === undefined) {
      const message = labelOf((left ?? right) as RecordedMessage)
      return [{ step, message, at: '', ...(left ? { codex: 'told' } : { ours: 'told' }) }]
    }
    const parts = compareValues(ids, '', left.body, right.body)
    return parts.map((each) => ({ step, message: labelOf(left), ...each }))
  })
}

/** What a message is: it has a counterpart only where the other is the same. */
function labelOf({ kind, body }: RecordedMessage): string {
  const parts = [body['item'], body['status'], body['turn']].filter(isJsonObject)
  const words = parts.map((part) => textAt(part, 'type') ?? textAt(part, 'status') ?? '')
  const usage = isJsonObject(body['tokenUsage']) ? body['tokenUsage']['total'] : null
  const total = isJsonObject(usage) ? [JSON.stringify(usage['totalTokens'])] : []
  return [kind, ...words, ...total].join(' ')
}

function compareValues(
  ids: SameIds,
  at: string,
  codex: JsonValue | undefined,
  ours: JsonValue | undefined,
): Found[] {
  if (isJsonObject(codex) && isJsonObject(ours)) {
    const fields = new Set([...Object.keys(codex), ...Object.keys(ours)])
    return [...fields].flatMap((field) =>
      compareValues(ids, at === '' ? field : `${at}.${field}`, codex[field], ours[field]),
    )
  }
  if (Array.isArray(codex) && Array.isArray(ours)) return compareLists(ids, at, codex, ours)
  if (typeof codex === 'string' && typeof ours === 'string' && ids.equal(codex, ours)) return []
  return codex === ours ? [] : [found(at, codex, ours)]
}

/** Lists are compared in order: elements that are known by their ids, others by their types. */
function compareLists(
  ids: SameIds,
  at: string,
  codex: readonly JsonValue[],
  ours: readonly JsonValue[],
): Found[] {
  const theirs = codex.map((each) => ids.ofCodex(idOf(each)) ?? `a ${typeOf(each)}`)
  const own = ours.map((each) => ids.ofOurs(idOf(each)) ?? `a ${typeOf(each)}`)
  const order = commonOrder(theirs, own)
  return order.flatMap(([left, right]) => {
    const [one, other] = [codex[left ?? -1], ours[right ?? -1]]
    if (one !== undefined && other !== undefined) return compareValues(ids, `${at}[]`, one, other)
    return [found(`${at}[]`, one, other)]
  })
}

function idOf(value: JsonValue): string {
  return (isJsonObject(value) ? textAt(value, 'id') : null) ?? ''
}

function typeOf(value: JsonValue): string {
  return (isJsonObject(value) ? textAt(value, 'type') : null) ?? typeof value
}

function found(at: string, codex: JsonValue | undefined, ours: JsonValue | undefined): Found {
  return {
    at,
    ...(codex === undefined ? {} : { codex: shown(codex) }),
    ...(ours === undefined ? {} : { ours: shown(ours) }),
  }
}

/** A value as the list of differences has it. */
function shown(value: JsonValue): JsonValue {
  if (typeof value === 'string') return withoutIds(value)
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(shown)
  if (!isJsonObject(value)) return value
  const fields = Object.entries(value).map(([name, each]) => [name, shown(each)])
  return Object.fromEntries(fields) as JsonObject
}
