import type { JsonValue } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import { asBuffer } from './as-buffer.js'
import type { RolloutFinding } from './findings.js'
import { ITEM_DEPTH_MAX, inspectLine, type LineFacts } from './inspect-line.js'

/** What a line was read as: an item, or a finding about bytes that are none. */
export type ParsedLine = { readonly item: RolloutItem } | { readonly finding: RolloutFinding }

/** Bytes a line may have to be read as an item; V8 makes no string of twice as many. */
export const LINE_BYTES_MAX: number = 256 * 1024 * 1024

/** The keys that come first, in the order in which Codex writes them. */
const leadingKeys = ['timestamp', 'ordinal', 'type', 'payload'] as const
const leading: ReadonlySet<string> = new Set(leadingKeys)

/**
 * Prints an item as the line of a rollout, line feed included. `parseRolloutLine` gives back a
 * deep-equal item for every JSON value: `-0` stays `-0`, `__proto__` is a key like any other, half
 * a character is escaped so that the bytes are UTF-8. The caller has made sure that
 * `itemProblem` has nothing against the item.
 */
export function printRolloutLine(item: RolloutItem): Buffer {
  const fields: string[] = []
  for (const key of leadingKeys) {
    const value = item[key]
    if (value !== undefined) fields.push(`"${key}":${printValue(value)}`)
  }
  for (const key of Object.keys(item)) {
    const value = item[key]
    if (leading.has(key) || value === undefined) continue
    fields.push(`${JSON.stringify(key)}:${printValue(value)}`)
  }
  return Buffer.from(`{${fields.join(',')}}\n`)
}

/** Reads the bytes of one line, with or without its line feed. Never throws. */
export function parseRolloutLine(bytes: Uint8Array): ParsedLine {
  if (bytes.length > LINE_BYTES_MAX) return { finding: oversizeFinding(bytes.length) }
  const facts = inspectLine(bytes)
  if (facts.shape !== 'item') return { finding: lineFinding(bytes, facts) }
  return { item: readItem(bytes, facts) }
}

/** The item of a line whose facts say that it holds one. */
export function readItem(bytes: Uint8Array, facts: LineFacts): RolloutItem {
  const text = asBuffer(bytes).toString('utf8', facts.bomLength)
  return JSON.parse(text) as RolloutItem
}

/** The finding for a line that is no item, by what its bytes are. */
export function lineFinding(bytes: Uint8Array, facts: LineFacts): RolloutFinding {
  const { length } = bytes
  switch (facts.shape) {
    case 'blank':
      return { code: 'BLANK_LINE', length, message: 'the line is empty' }
    case 'item':
    case 'not-item':
      return {
        code: 'UNRECOGNISED_LINE',
        length,
        message: 'the line is JSON but not an object with a string type',
      }
    case 'too-deep':
      return {
        code: 'TOO_DEEP_LINE',
        length,
        message: `the line nests deeper than ${ITEM_DEPTH_MAX} levels`,
      }
    case 'not-utf8':
      return { code: 'INVALID_UTF8', length, message: 'the line is not UTF-8' }
    case 'malformed':
      return bytes.includes(0)
        ? { code: 'NUL_PADDING', length, message: 'the line holds NUL bytes' }
        : { code: 'MALFORMED_LINE', length, message: malformedMessage(bytes, facts.stoppedAt) }
  }
}

/** The finding for a line too long to be held in memory. */
export function oversizeFinding(length: number, limit: number = LINE_BYTES_MAX): RolloutFinding {
  return {
    code: 'OVERSIZE_LINE',
    length,
    message: `the line has ${length} bytes; the limit is ${limit}`,
  }
}

function malformedMessage(bytes: Uint8Array, at: number): string {
  const byte = bytes[at]
  const what = byte === undefined ? 'the end' : `byte 0x${byte.toString(16).padStart(2, '0')}`
  return `the line is not JSON: unexpected ${what} at column ${at + 1}`
}

/** `JSON.stringify`, which prints `-0` as `0`; the hint keeps the second printing rare. */
function printValue(value: JsonValue): string {
  const text = JSON.stringify(value)
  return text === '0' || /[:[,]0[,\]}]/.test(text) ? printKeepingMinusZero(value, text) : text
}

function printKeepingMinusZero(value: JsonValue, text: string): string {
  let found = false
  const marked = JSON.stringify(value, (_key, part: unknown) => {
    if (!Object.is(part, -0)) return part
    found = true
    return minusZero
  })
  return found ? marked : text
}

const minusZero: unknown = (JSON as JSON & { rawJSON(text: string): unknown }).rawJSON('-0')
