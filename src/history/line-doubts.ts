import { isJsonObject, type JsonValue } from '../protocol/json.js'
import type { RolloutFinding } from './findings.js'
import { type DecodedLine, startsWithBom } from './rollout-line.js'

/** Bytes of a line beyond which `codex migrate-rollouts --apply` drops it and says nothing. */
const CODEX_LINE_BYTES_MAX: number = 16 * 1024 * 1024

/**
 * What is odd about a line although it holds an item. Every line of every rollout passes here, so
 * each question is asked in a way that costs little when the answer is no.
 */
export function doubtsAbout({ item, text }: DecodedLine, bytes: Uint8Array): RolloutFinding[] {
  const doubts: RolloutFinding[] = []
  if (bytes.length > CODEX_LINE_BYTES_MAX) {
    const message = `the line has ${bytes.length} bytes; codex migrate-rollouts --apply drops it`
    doubts.push({ code: 'OVERSIZE_FOR_CODEX', message })
  }
  if (startsWithBom(bytes)) {
    doubts.push({ code: 'BOM', message: 'the line begins with a byte order mark' })
  }
  if (bytes.at(-1) === 0x0d) doubts.push({ code: 'CRLF', message: 'lines end with CR LF' })
  if (hasLoneSurrogate(text)) {
    doubts.push({ code: 'LONE_SURROGATE', message: 'a string holds half a character' })
  }
  if (hasLargeNumber(item as JsonValue) && changesANumber(text)) {
    doubts.push({ code: 'UNSAFE_NUMBER', message: 'a number does not fit a double' })
  }
  return doubts
}

/** Only an escape can stand for half a character, and Codex writes none for whole ones. */
function hasLoneSurrogate(text: string): boolean {
  if (!text.includes('\\u') || !/\\u[dD][89a-fA-F]/.test(text)) return false
  const strings: string[] = []
  JSON.parse(text, (key, value: unknown) => {
    strings.push(key)
    if (typeof value === 'string') strings.push(value)
    return value
  })
  // In Unicode mode a pair of surrogates is one character, which is no surrogate.
  return strings.some((string) => /\p{Surrogate}/u.test(string))
}

function hasLargeNumber(value: JsonValue): boolean {
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER
  if (!isJsonObject(value)) return Array.isArray(value) && value.some(hasLargeNumber)
  // Unlike Object.values this makes no array, and it runs over every value of every line. What
  // JSON.parse has made inherits nothing that could turn up in the loop.
  for (const key in value) {
    if (hasLargeNumber(value[key] ?? null)) return true
  }
  return false
}

type SourceReviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown

/** Whether printing the item would spell a number differently in value, or not as one at all. */
function changesANumber(text: string): boolean {
  let changed = false
  const compare: SourceReviver = (_key, value, { source }) => {
    if (typeof value === 'number' && source !== undefined) {
      const exact = /^-?\d+$/.test(source) ? String(value) === source : Number.isFinite(value)
      if (!exact) changed = true
    }
    return value
  }
  JSON.parse(text, compare as (key: string, value: unknown) => unknown)
  return changed
}
