import type { Finding } from './source-file.js'

/** A file that may do what others may not. The reason lets readers judge whether it holds. */
export interface Exception {
  readonly file: string
  readonly because: string
}

/** An exception nobody needs any more would quietly permit the next violation. */
export function staleExceptions(
  table: string,
  exceptions: readonly Exception[],
  needed: readonly string[],
): Finding[] {
  return exceptions
    .filter(({ file }) => !needed.includes(file))
    .map(({ file }) => ({
      file: table,
      line: 1,
      message: `the exception for ${file} is banned, use none: it is no longer needed`,
    }))
}
