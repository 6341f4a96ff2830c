/**
 * Lets everybody else go first `count` times, without waiting for time to pass. Calls that would
 * otherwise go in step come to lie in ever other ways.
 */
export async function pause(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve()
}
