import type * as params from '../../store/params.js'
import type { ThreadStoreCapabilities } from '../../store/capabilities.js'
import { storeClosed } from '../../store/errors.js'
import type { ImportThreadParams, ThreadExport, ThreadReceipt } from '../../store/raw-history.js'
import type {
  ItemPage,
  StoredThread,
  StoredThreadHistory,
  ThreadPage,
  ThreadSearchPage,
  TurnPage,
} from '../../store/records.js'
import type { StoreVerb, ThreadStore } from '../../store/thread-store.js'
import { resultProblem } from '../../store/verb-results.js'
import { type Effect, protocolBroken } from './adapter-error.js'
import type { Connection } from './connection.js'
import { receiveExport } from './receive-export.js'
import { sendImport } from './send-import.js'

const reads: ReadonlySet<StoreVerb> = new Set<StoreVerb>([
  'loadHistory',
  'readThread',
  'listThreads',
  'searchThreads',
  'listTurns',
  'listItems',
  'historyDigest',
])

/** What a handle is made of. */
export interface StdioHandle {
  readonly connection: Connection
  /** The name of the handle on the wire. */
  readonly name: string
  readonly supports: ThreadStoreCapabilities
}

/** A handle of a store that lives in another process. Params were validated by `checked`. */
export class StdioThreadStore implements ThreadStore {
  readonly supports: ThreadStoreCapabilities
  readonly #handle: StdioHandle
  #closing: Promise<void> | null = null

  constructor(handle: StdioHandle) {
    this.supports = handle.supports
    this.#handle = handle
  }

  createThread(create: params.CreateThreadParams): Promise<void> {
    return this.#call('createThread', create)
  }

  resumeThread(resume: params.ResumeThreadParams): Promise<void> {
    return this.#call('resumeThread', resume)
  }

  appendItems(append: params.AppendThreadItemsParams): Promise<void> {
    return this.#call('appendItems', append)
  }

  persistThread(thread: params.ThreadParams): Promise<void> {
    return this.#call('persistThread', thread)
  }

  flushThread(thread: params.ThreadParams): Promise<void> {
    return this.#call('flushThread', thread)
  }

  shutdownThread(thread: params.ThreadParams): Promise<void> {
    return this.#call('shutdownThread', thread)
  }

  discardThread(thread: params.ThreadParams): Promise<void> {
    return this.#call('discardThread', thread)
  }

  loadHistory(load: params.LoadThreadHistoryParams): Promise<StoredThreadHistory> {
    return this.#call('loadHistory', load)
  }

  readThread(read: params.ReadThreadParams): Promise<StoredThread> {
    return this.#call('readThread', read)
  }

  listThreads(list: params.ListThreadsParams): Promise<ThreadPage> {
    return this.#call('listThreads', list)
  }

  searchThreads(search: params.SearchThreadsParams): Promise<ThreadSearchPage> {
    return this.#call('searchThreads', search)
  }

  listTurns(list: params.ListTurnsParams): Promise<TurnPage> {
    return this.#call('listTurns', list)
  }

  listItems(list: params.ListItemsParams): Promise<ItemPage> {
    return this.#call('listItems', list)
  }

  updateThreadMetadata(update: params.UpdateThreadMetadataParams): Promise<StoredThread> {
    return this.#call('updateThreadMetadata', update)
  }

  archiveThread(thread: params.ThreadParams): Promise<void> {
    return this.#call('archiveThread', thread)
  }

  unarchiveThread(thread: params.ThreadParams): Promise<StoredThread> {
    return this.#call('unarchiveThread', thread)
  }

  revertThread(revert: params.RevertThreadParams): Promise<StoredThread> {
    return this.#call('revertThread', revert)
  }

  deleteThread(thread: params.ThreadParams): Promise<void> {
    return this.#call('deleteThread', thread)
  }

  async exportThread({ signal, ...p }: params.ThreadParams): Promise<ThreadExport> {
    return receiveExport(this.#open(), p, signal)
  }

  async importThread(what: ImportThreadParams): Promise<ThreadReceipt> {
    const value = await sendImport(this.#open(), what)
    return this.#result<ThreadReceipt>('importThread', value)
  }

  historyDigest(thread: params.ThreadParams): Promise<ThreadReceipt> {
    return this.#call('historyDigest', thread)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    const { connection, name } = this.#handle
    await connection.call({ op: '$close', h: name, p: {}, effect: 'possible' })
  }

  #open(): StdioHandle {
    if (this.#closing !== null) throw storeClosed()
    return this.#handle
  }

  async #call<T>(
    verb: Exclude<StoreVerb, 'exportThread'>,
    { signal, ...p }: params.Abortable & object,
  ): Promise<T> {
    const { connection, name } = this.#open()
    const effect: Effect = reads.has(verb) ? 'none' : 'possible'
    return this.#result(verb, await connection.call({ op: verb, h: name, p, effect, signal }))
  }

  /** Checked, because the type of what another program wrote is a promise of nobody. */
  #result<T>(verb: Exclude<StoreVerb, 'exportThread'>, value: unknown): T {
    const problem = resultProblem(verb, value)
    if (problem === null) return value as T
    const { who } = this.#handle.connection
    throw protocolBroken(`${who} answered ${verb} with what cannot be its result: ${problem}`)
  }
}
