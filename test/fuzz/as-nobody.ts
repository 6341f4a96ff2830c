const NOBODY = 65_534

const isRoot = process.geteuid?.() === 0

/** How a command is run by somebody whom permissions stop. */
export const asSomebodyElse: { readonly uid?: number } = isRoot ? { uid: NOBODY } : {}

/** Runs as somebody whom permissions stop, where root runs the tests and they would not. */
export async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (!isRoot) return await run()
  process.seteuid?.(NOBODY)
  try {
    return await run()
  } finally {
    process.seteuid?.(0)
  }
}
