import type { Clock } from '../src/host/clock.js'

/** A case that did not end in its time. */
export class CaseTimeout extends Error {
  override readonly name = 'CaseTimeout'
}

/** Waits for `work`, but no longer than `ms`; what it does afterwards is nobody’s business. */
export async function withDeadline<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  const done = new AbortController()
  const late = clock.sleep(ms, done.signal).then(() => {
    throw new CaseTimeout(`did not end within ${ms} ms`)
  })
  // Whichever loses the race must not become an unhandled rejection.
  late.catch(() => {})
  work.catch(() => {})
  try {
    return await Promise.race([work, late])
  } finally {
    done.abort()
  }
}
