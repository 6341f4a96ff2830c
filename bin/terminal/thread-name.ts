import cliTruncate from 'cli-truncate'
import type { StoredThread } from '../../src/index.js'

/** What people know a thread by, in one line of at most `columns` columns of a terminal. */
export function threadName({ name, title, preview }: StoredThread, columns: number): string {
  return cliTruncate((name ?? title ?? preview).replace(/\s+/g, ' ').trim(), columns)
}
