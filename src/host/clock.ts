import { setTimeout as delay } from 'node:timers/promises'

/** Time, as the rest of the code sees it. Passed in, so that tests decide when anything happens. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Resolves after `ms`. Once `signal` is aborted it rejects with an `AbortError` at once. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Timers of Node that are to last longer, for ever too, go off at once. */
const TIMER_MS_MAX = 2 ** 31 - 1

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(Math.min(ms, TIMER_MS_MAX), undefined, signal && { signal }),
}

/** Spells `ms` as the contract spells times: ISO 8601, UTC, always with milliseconds. */
export function isoMillis(ms: number): string {
  return new Date(ms).toISOString()
}

/** The same instant as the machine's local time: `2026-11-22T12:43:57`. */
export function localTime(ms: number): string {
  const offsetMs = new Date(ms).getTimezoneOffset() * 60_000
  return isoMillis(ms - offsetMs).slice(0, 19)
}
