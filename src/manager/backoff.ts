const FIRST_DELAY_MS = 200
const DELAY_MS_MAX = 30_000

/**
 * How long to wait before try number `attempt + 1`: twice as long each time, unless the other side
 * named a time.
 */
export function backoffMs(attempt: number, retryAfterMs: number | null): number {
  const doubled = FIRST_DELAY_MS * 2 ** (attempt - 1)
  return Math.min(retryAfterMs ?? doubled, DELAY_MS_MAX)
}
