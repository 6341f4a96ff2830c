import { isoMillis } from '../host/clock.js'

/** The last instant that ECMAScript can name. */
const INSTANT_MAX = 8.64e15

/** Milliseconds since 1970 as the contract spells times; `null` for what is no instant. */
export function isoTime(ms: number): string | null {
  return Math.abs(ms) <= INSTANT_MAX ? isoMillis(ms) : null
}
