import { isoMillis } from '../host/clock.js'

/** The last instant that ECMAScript can name. */
const INSTANT_MAX = 8.64e15

/** Milliseconds since 1970 as the contract spells times; `null` for what is no instant. */
export function isoTime(ms: number): string | null {
  return Math.abs(ms) <= INSTANT_MAX ? isoMillis(ms) : null
}

/** The two spellings in which Codex writes times; the second is how it names files. */
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/
const fileName = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)$/

/** A time as Codex writes it, spelled as the contract does; `null` for anything else. */
export function parseTime(text: unknown): string | null {
  if (typeof text !== 'string') return null
  if (rfc3339.test(text)) return isoTime(Date.parse(text))
  return fileName.test(text) ? isoTime(Date.parse(text.replace(fileName, '$1T$2:$3:$4Z'))) : null
}
