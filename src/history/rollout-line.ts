import { isUtf8 } from 'node:buffer'
import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.js'
import { parseJson } from '../protocol/parse-json.js'
import { printJson } from '../protocol/print-json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import { asBuffer } from './as-buffer.js'
import type { RolloutFinding } from './findings.js'

/** What a line was read as: an item, or a finding about bytes that are none. */
type ParsedLine = { readonly item: RolloutItem } | { readonly finding: RolloutFinding }

/** An item and the text that it was parsed from, for those who look closer. */
export interface DecodedLine {
  readonly item: RolloutItem
  readonly text: string
}

/** Bytes a line may have to be read as an item; V8 makes no string of twice as many. */
export const LINE_BYTES_MAX: number = 256 * 1024 * 1024

/**
 * Levels of arrays and objects an item may nest. V8 overflows its default stack when it prints a
 * few thousand; Codex itself reads no more than 128.
 */
export const ITEM_DEPTH_MAX = 512

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
    if (value !== undefined) fields.push(`"${key}":${printJson(value)}`)
  }
  for (const key of Object.keys(item)) {
    const value = item[key]
    if (leading.has(key) || value === undefined) continue
    fields.push(`${JSON.stringify(key)}:${printJson(value)}`)
  }
  return Buffer.from(`{${fields.join(',')}}\n`)
}

/**
 * Reads the bytes of one line, with or without its line feed. A line is an item when it is UTF-8
 * and JSON, an object with a string `type`, and nests no deeper than `ITEM_DEPTH_MAX`. Of two equal
 * keys the last one counts. Never throws.
 */
export function parseRolloutLine(bytes: Uint8Array): ParsedLine {
  const line = decodeRolloutLine(bytes)
  return 'finding' in line ? line : { item: line.item }
}

/** As `parseRolloutLine`, with the text at hand. */
export function decodeRolloutLine(
  bytes: Uint8Array,
): DecodedLine | { readonly finding: RolloutFinding } {
  const { length } = bytes
  if (length > LINE_BYTES_MAX) return { finding: oversizeFinding(length) }
  const text = asBuffer(bytes).toString('utf8', startsWithBom(bytes) ? 3 : 0)
  // Decoding puts U+FFFD in the place of what is not UTF-8, and that would be kept for ever.
  const readable = !text.includes('\ufffd') || isUtf8(bytes)
  const item = readable ? parseItem(text) : null
  return item ? { item, text } : { finding: { ...explain(text, readable), length } }
}

/** Whether bytes begin with a byte order mark, as some editors on Windows put it. */
export function startsWithBom(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

/** The finding for a line too long to be held in memory. */
export function oversizeFinding(length: number, limit: number = LINE_BYTES_MAX): RolloutFinding {
  const message = `the line has ${length} bytes; the limit is ${limit}`
  return { code: 'OVERSIZE_LINE', length, message }
}

function parseItem(text: string): RolloutItem | null {
  const value = parseJson(text)
  if (!isItem(value)) return null
  // Every level takes two characters, so most lines need no look at their values.
  return text.length > 2 * ITEM_DEPTH_MAX && nestsDeeper(value, ITEM_DEPTH_MAX) ? null : value
}

function isItem(value: JsonValue | undefined): value is JsonObject & RolloutItem {
  return isJsonObject(value) && typeof value['type'] === 'string'
}

/** Whether arrays and objects nest in a value more than so many levels. */
export function nestsDeeper(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (!isJsonObject(value)) return value.some((part) => nestsDeeper(part, levels - 1))
  for (const key in value) {
    if (nestsDeeper(value[key] ?? null, levels - 1)) return true
  }
  return false
}

/** Why a text is no item. Quotes nothing of it, for reports travel. */
function explain(text: string, readable: boolean): Pick<RolloutFinding, 'code' | 'message'> {
  if (/^[ \t\r\n]*$/.test(text)) return { code: 'BLANK_LINE', message: 'the line is empty' }
  if (!readable) return { code: 'INVALID_UTF8', message: 'the line is not UTF-8' }
  if (text.includes('\0')) return { code: 'NUL_PADDING', message: 'the line holds NUL bytes' }
  const value = parseJson(text)
  if (isItem(value)) {
    const message = `the line nests deeper than ${ITEM_DEPTH_MAX} levels`
    return { code: 'TOO_DEEP_LINE', message }
  }
  if (value !== undefined) {
    const message = 'the line is JSON but not an object with a string type'
    return { code: 'UNRECOGNISED_LINE', message }
  }
  return isGlued(text)
    ? { code: 'GLUED_LINE', message: 'an item shares the line with something else' }
    : { code: 'MALFORMED_LINE', message: 'the line is not JSON' }
}

/** Whether the line feed before an item is missing, as an append after a torn line leaves it. */
function isGlued(text: string): boolean {
  const seam = text.lastIndexOf('{"timestamp":')
  return seam > 0 && (parseItem(text.slice(seam)) ?? parseItem(text.slice(0, seam))) !== null
}
