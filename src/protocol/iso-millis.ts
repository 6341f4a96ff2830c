/** Milliseconds since 1970 as ISO 8601 UTC with milliseconds; `null` for what is no instant. */
export function isoMillis(ms: number): string | null {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

/** Whether `text` is a real instant in that spelling. */
export function isIsoMillis(text: string): boolean {
  // Date.parse rolls 31 February over into March; a real instant is spelled as it was given.
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && isoMillis(Date.parse(text)) === text
  )
}
