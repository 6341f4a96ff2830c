import { ThreadStoreError } from '../../src/store/errors.js'

/** Whether a call was refused for that reason. */
export function refused(reason: unknown, why: string): boolean {
  return ThreadStoreError.is(reason) && reason.details.reason === why
}

/** Resolves where the store refuses for that reason. */
export async function tolerating<T>(
  why: string,
  run: () => Promise<T>,
  instead: () => Promise<T>,
): Promise<T> {
  try {
    return await run()
  } catch (reason) {
    if (refused(reason, why)) return instead()
    throw reason
  }
}

/** Does nothing, successfully. */
export const nothing = (): Promise<void> => Promise.resolve()
