import { itemProblem } from '../history/json-item.js'
import { isJsonObject } from '../protocol/json.js'
import { isThreadId } from '../protocol/thread-id.js'
import { schemaProblem } from '../protocol/validate.js'
import type { CapabilityFlag, ThreadStoreCapabilities } from './capabilities.js'
import { ThreadStoreError, invalidRequest } from './errors.js'
import { refuseUnclearable } from './metadata-patch.js'
import type { ReadThreadParams } from './params.js'
import { giveThreadLines, type ReadThreadLines, threadLinesOf } from './thread-lines.js'
import { type StoreVerb, type ThreadStore, storeVerbs } from './thread-store.js'

/** Verbs that need a claim. */
const claimOf: Partial<Record<StoreVerb, CapabilityFlag>> = {
  searchThreads: 'search',
  listTurns: 'turns',
  listItems: 'items',
  deleteThread: 'delete',
  revertThread: 'lineage',
  exportThread: 'rawHistory',
  importThread: 'rawHistory',
  historyDigest: 'rawHistory',
}

/** Parameters that need a claim. */
const claimOfParam: Record<string, CapabilityFlag> = {
  'createThread.base': 'lineage',
  'readThread.includeRollouts': 'rawHistory',
  'listThreads.includeRollouts': 'rawHistory',
}

/** Stores that stand behind the edge already: a second one would do the same work again. */
const guarded = new WeakSet<ThreadStore>()

/**
 * The same store behind the edge every store shares: what is not claimed is `UNSUPPORTED`, malformed
 * params are `INVALID_REQUEST`, an aborted call does not begin, and foreign errors become
 * `ThreadStoreError`. A store behind it need not validate anything itself. A store that was checked
 * already is returned as it is.
 */
export function checked(store: ThreadStore): ThreadStore {
  if (guarded.has(store)) return store
  const { supports } = store
  const verbs = Object.fromEntries(
    storeVerbs.map((verb) => [
      verb,
      guard(supports, verb, (params) => (store[verb] as AnyVerb)(params)),
    ]),
  )
  const lines = threadLinesOf(store)
  const close = async (): Promise<void> => {
    try {
      await store.close()
    } catch (reason) {
      throw ThreadStoreError.from(reason, 'close')
    }
  }
  const result: ThreadStore = {
    ...(verbs as Pick<ThreadStore, StoreVerb>),
    supports,
    close,
    [Symbol.asyncDispose]: close,
  }
  guarded.add(result)
  if (lines !== null) giveThreadLines(result, guardedLines(supports, lines))
  return result
}

type AnyVerb = (params: unknown) => Promise<unknown>

function guard(supports: ThreadStoreCapabilities, verb: StoreVerb, call: AnyVerb): AnyVerb {
  return async (params) => {
    refuseUnclaimed(supports, verb, params)
    refuseMalformed(verb, params)
    refuseAborted(verb, params)
    try {
      return await call(params)
    } catch (reason) {
      throw ThreadStoreError.from(reason, verb)
    }
  }
}

function guardedLines(supports: ThreadStoreCapabilities, lines: ReadThreadLines): ReadThreadLines {
  return (verb, read) =>
    guard(supports, verb, (params) => lines(verb, params as ReadThreadParams))(
      read,
    ) as ReturnType<ReadThreadLines>
}

function refuseUnclaimed(
  supports: ThreadStoreCapabilities,
  verb: StoreVerb,
  params: unknown,
): void {
  const claim = claimOf[verb]
  if (claim !== undefined && !supports[claim]) throw unsupported(verb, claim)
  if (typeof params !== 'object' || params === null) return
  for (const [field, value] of Object.entries(params)) {
    const needed = claimOfParam[`${verb}.${field}`]
    if (needed !== undefined && value && !supports[needed])
      throw unsupported(`${verb}.${field}`, needed)
  }
}

function unsupported(operation: string, claim: CapabilityFlag): ThreadStoreError {
  return new ThreadStoreError(
    'UNSUPPORTED',
    `${operation} needs ${claim}, which this store lacks`,
    {
      reason: 'not-claimed',
      operation,
    },
  )
}

function refuseMalformed(verb: StoreVerb, params: unknown): void {
  if (!isJsonObject(params)) throw malformed(verb, '', 'must be an object')
  if ('threadId' in params && !isThreadId(params['threadId'])) {
    throw invalidRequest(
      'invalid-thread-id',
      `${shown(params['threadId'])} is not a thread id: not a UUID in lower case`,
      {
        path: '/threadId',
      },
    )
  }
  if (verb === 'updateThreadMetadata') refuseUnclearable(params['patch'])
  const { signal: _signal, ...data } = params
  const problem = schemaProblem(verb, data)
  if (problem !== null) throw malformed(verb, problem.path, problem.message)
  if (verb === 'appendItems') refuseBadItems(params['items'] as unknown as readonly unknown[])
}

function refuseBadItems(items: readonly unknown[]): void {
  for (const [index, item] of items.entries()) {
    const problem = itemProblem(item)
    if (problem !== null) {
      throw invalidRequest('invalid-item', `items[${index}] cannot be stored: ${problem}`, {
        path: `/items/${index}`,
      })
    }
  }
}

function refuseAborted(verb: StoreVerb, params: unknown): void {
  const { signal } = params as { signal?: AbortSignal }
  if (signal?.aborted) {
    throw new ThreadStoreError(
      'RETRYABLE',
      `${verb} was aborted before it began`,
      { reason: 'aborted' },
      { cause: signal.reason },
    )
  }
}

function malformed(verb: StoreVerb, path: string, message: string): ThreadStoreError {
  const where = path === '' ? 'params' : path
  return invalidRequest('malformed-params', `${verb}: ${where} ${message}`, { path })
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : String(typeof value)
}
