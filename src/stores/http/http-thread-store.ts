import type { Clock } from '../../host/clock.js'
import type { IdSource } from '../../host/ids.js'
import type { ThreadStoreCapabilities } from '../../store/capabilities.js'
import { storeClosed } from '../../store/errors.js'
import type * as params from '../../store/params.js'
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
import { encodeCall } from './client/call-of-verb.js'
import { HandleLostError, type HttpConnection } from './client/http-connection.js'
import type { HttpResponse } from './client/http-transport.js'
import { LiveWriters } from './client/live-writers.js'
import { readForm, readHistory, readJson, readNothing, readThread } from './client/read-result.js'
import { receivedExport } from './client/receive-export.js'
import { sendImport } from './client/send-import.js'
import { headers } from './routes.js'
import type { Exported, Service } from './wire.js'

/** What a store over HTTP is made of. */
interface HttpThreadStoreOptions {
  readonly connection: HttpConnection
  readonly service: Service
  readonly clock: Clock
  readonly ids: IdSource
}

/** Threads behind an HTTP server. Params were validated by `checked`. */
export class HttpThreadStore implements ThreadStore {
  readonly supports: ThreadStoreCapabilities
  readonly #options: HttpThreadStoreOptions
  readonly #writers: LiveWriters
  #closing: Promise<void> | null = null

  constructor(options: HttpThreadStoreOptions) {
    this.supports = options.service.supports
    this.#options = options
    this.#writers = new LiveWriters(options)
  }

  async createThread(create: params.CreateThreadParams): Promise<void> {
    this.#requireOpen()
    await this.#writers.open('createThread', create)
  }

  async resumeThread(resume: params.ResumeThreadParams): Promise<void> {
    this.#requireOpen()
    await this.#writers.open('resumeThread', resume)
  }

  async appendItems(append: params.AppendThreadItemsParams): Promise<void> {
    this.#requireOpen()
    await this.#writers.append(append)
  }

  async persistThread(persist: params.ThreadParams): Promise<void> {
    this.#requireOpen()
    await this.#writers.live('persistThread', persist)
  }

  async flushThread(flush: params.ThreadParams): Promise<void> {
    this.#requireOpen()
    await this.#writers.live('flushThread', flush)
  }

  async shutdownThread(shutdown: params.ThreadParams): Promise<void> {
    this.#requireOpen()
    await this.#writers.live('shutdownThread', shutdown)
  }

  async discardThread(discard: params.ThreadParams): Promise<void> {
    this.#requireOpen()
    await this.#writers.live('discardThread', discard)
  }

  async loadHistory(load: params.LoadThreadHistoryParams): Promise<StoredThreadHistory> {
    return this.#read('loadHistory', load, readHistory)
  }

  async readThread(read: params.ReadThreadParams): Promise<StoredThread> {
    return this.#read('readThread', read, readThread)
  }

  async listThreads(list: params.ListThreadsParams): Promise<ThreadPage> {
    return this.#read('listThreads', list, jsonOf<ThreadPage>('listThreads'))
  }

  async searchThreads(search: params.SearchThreadsParams): Promise<ThreadSearchPage> {
    return this.#read('searchThreads', search, jsonOf<ThreadSearchPage>('searchThreads'))
  }

  async listTurns(list: params.ListTurnsParams): Promise<TurnPage> {
    return this.#read('listTurns', list, jsonOf<TurnPage>('listTurns'))
  }

  async listItems(list: params.ListItemsParams): Promise<ItemPage> {
    return this.#read('listItems', list, jsonOf<ItemPage>('listItems'))
  }

  async updateThreadMetadata(update: params.UpdateThreadMetadataParams): Promise<StoredThread> {
    const read = jsonOf<StoredThread>('updateThreadMetadata')
    return this.#change('updateThreadMetadata', update, read)
  }

  async archiveThread(archive: params.ThreadParams): Promise<void> {
    await this.#change('archiveThread', archive, readNothing)
  }

  async unarchiveThread(unarchive: params.ThreadParams): Promise<StoredThread> {
    return this.#change('unarchiveThread', unarchive, jsonOf<StoredThread>('unarchiveThread'))
  }

  async revertThread(revert: params.RevertThreadParams): Promise<StoredThread> {
    return this.#change('revertThread', revert, jsonOf<StoredThread>('revertThread'))
  }

  async deleteThread(which: params.ThreadParams): Promise<void> {
    await this.#change('deleteThread', which, readNothing)
  }

  async exportThread(which: params.ThreadParams): Promise<ThreadExport> {
    const { connection } = this.#options
    const ask = (): Promise<Exported> =>
      this.#read('exportThread', which, (response) =>
        readForm('exported', 'exportThread', response),
      )
    return receivedExport({ connection, threadId: which.threadId, again: ask }, await ask())
  }

  async importThread(what: ImportThreadParams): Promise<ThreadReceipt> {
    this.#requireOpen()
    const { connection, ids, service } = this.#options
    const { partBytesMax } = service.limits
    return sendImport({ connection, ids, partBytesMax }, what)
  }

  async historyDigest(which: params.ThreadParams): Promise<ThreadReceipt> {
    return this.#read('historyDigest', which, jsonOf<ThreadReceipt>('historyDigest'))
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close()
    await this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    try {
      await this.#writers.close()
    } finally {
      await this.#options.connection.close()
    }
  }

  #requireOpen(): void {
    if (this.#closing !== null) throw storeClosed()
  }

  /** A call that may be repeated; it sees what the live writers see. */
  async #read<T>(
    verb: StoreVerb,
    about: params.Abortable,
    read: (response: HttpResponse) => Promise<T>,
  ): Promise<T> {
    return this.#onHandle((handle) =>
      this.#options.connection.call({
        ...encodeCall(verb, about),
        what: verb,
        repeat: 'freely',
        patient: verb === 'historyDigest',
        headers: handle,
        signal: about.signal,
        read,
      }),
    )
  }

  /** A call that takes effect once, however often it has to be sent. */
  async #change<T>(
    verb: StoreVerb,
    about: params.Abortable,
    read: (response: HttpResponse) => Promise<T>,
  ): Promise<T> {
    const { connection, ids } = this.#options
    const key = ids.newId()
    return this.#onHandle((handle) =>
      connection.call({
        ...encodeCall(verb, about),
        what: verb,
        repeat: 'here',
        headers: { ...handle, [headers.key]: key },
        signal: about.signal,
        read,
      }),
    )
  }

  /** Names the writers’ handle as long as the server has it. */
  async #onHandle<T>(work: (handle: Record<string, string>) => Promise<T>): Promise<T> {
    this.#requireOpen()
    const id = this.#writers.handleId
    if (id === null) return work({})
    try {
      return await work({ [headers.handle]: id })
    } catch (reason) {
      if (!(reason instanceof HandleLostError)) throw reason
      this.#writers.drop(id)
      return work({})
    }
  }
}

function jsonOf<T>(verb: Parameters<typeof readJson>[0]): (response: HttpResponse) => Promise<T> {
  return async (response) => (await readJson(verb, response)) as T
}
