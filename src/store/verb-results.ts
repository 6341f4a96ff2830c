import { type SchemaName, schemaProblem } from '../protocol/validate.js'
import type { StoreVerb } from './thread-store.js'

/** What each verb resolves to, as far as it is JSON; `null` for nothing. */
export const resultSchemas: Readonly<
  Record<Exclude<StoreVerb, 'exportThread'>, SchemaName | null>
> = {
  createThread: null,
  resumeThread: null,
  appendItems: null,
  persistThread: null,
  flushThread: null,
  shutdownThread: null,
  discardThread: null,
  loadHistory: 'storedHistory',
  readThread: 'storedThread',
  listThreads: 'threadPage',
  searchThreads: 'threadSearchPage',
  listTurns: 'turnPage',
  listItems: 'itemPage',
  updateThreadMetadata: 'storedThread',
  archiveThread: null,
  unarchiveThread: 'storedThread',
  revertThread: 'storedThread',
  deleteThread: null,
  importThread: 'threadReceipt',
  historyDigest: 'threadReceipt',
}

/**
 * Says why a value that came over a wire cannot be the result of a verb, or `null`. Exports carry
 * streams, so each wire has its own form of them.
 */
export function resultProblem(
  verb: Exclude<StoreVerb, 'exportThread'>,
  value: unknown,
): string | null {
  const schema = resultSchemas[verb]
  if (schema === null) return null
  const problem = schemaProblem(schema, value)
  return problem && `${problem.path || 'the result'} ${problem.message}`
}
