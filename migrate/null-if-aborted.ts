/** What a piece of work gives; `null` where it failed because `signal` had aborted. */
export async function nullIfAborted<Result>(
  signal: AbortSignal | undefined,
  work: Promise<Result>,
): Promise<Result | null> {
  try {
    return await work
  } catch (error) {
    if (signal?.aborted) return null
    throw error
  }
}
