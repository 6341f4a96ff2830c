import { foldTurns } from '../../history/fold-turns.js'
import type { ThreadId } from '../../protocol/thread-id.js'
import type { StoredTurn, TurnItemsView } from '../../protocol/turn.js'
import type { ThreadStoreCapabilities } from '../../store/capabilities.js'
import { ThreadStoreError, notLive, storeClosed, threadNotFound } from '../../store/errors.js'
import { InTurn } from '../../store/in-turn.js'
import { itemPage, turnPage } from '../../store/paging.js'
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
import { giveThreadLines } from '../../store/thread-lines.js'
import type { ThreadStore } from '../../store/thread-store.js'
import { readUntilAborted } from './driver/abortable.js'
import { archiveThread, unarchiveThread } from './archive-thread.js'
import { createThread } from './create-thread.js'
import { deleteThread } from './delete-thread.js'
import { errorFromPostgres } from './driver/error-from-postgres.js'
import { exportThread } from './export-thread.js'
import { historyDigest } from './history-digest.js'
import { ImportBatcher } from './arrival/import-batcher.js'
import { importThread } from './import-thread.js'
import { LeaseKeeper } from './writers/lease-keeper.js'
import { listItems } from './list-items.js'
import { listThreads } from './list-threads.js'
import { listTurns } from './list-turns.js'
import type { LiveWriter } from './writers/live-writer.js'
import { loadHistory } from './load-history.js'
import type { PostgresContext } from './postgres-context.js'
import { readThread } from './read-thread.js'
import { readThreadLines } from './log/read-thread-lines.js'
import { resumeThread } from './resume-thread.js'
import { retried } from './driver/retry.js'
import { revertThread } from './revert-thread.js'
import { searchThreads } from './search-threads.js'
import { discardThread, shutdownThread } from './shutdown-thread.js'
import { findThread, visibleThread } from './rows/thread-row.js'
import { updateThreadMetadata } from './update-thread-metadata.js'
import type { HandleIdentity } from './writers/writer-lease.js'

/** What a handle is opened with. */
interface PostgresThreadStoreOptions {
  readonly context: PostgresContext
  readonly handle: HandleIdentity
  readonly supports: ThreadStoreCapabilities
}

/**
 * Threads in PostgreSQL. Each operation is a file beside this one; here are the writers of a handle
 * and what every operation shares. Params were validated by `checked`.
 */
export class PostgresThreadStore implements ThreadStore {
  readonly supports: ThreadStoreCapabilities
  readonly #context: PostgresContext
  readonly #keeper: LeaseKeeper
  readonly #batcher: ImportBatcher
  readonly #writers = new Map<ThreadId, LiveWriter>()
  /**
   * Calls about the writer of a thread: the database and this handle change one after the other, and
   * no call may come in between and find that they disagree.
   */
  readonly #turns = new InTurn()
  #closing: Promise<void> | null = null

  constructor(options: PostgresThreadStoreOptions) {
    this.supports = options.supports
    this.#context = options.context
    this.#batcher = new ImportBatcher(options.context)
    giveThreadLines(this, (_verb, read) =>
      this.#read(read, (context) => readThreadLines(context, read)),
    )
    this.#keeper = new LeaseKeeper(options.context, options.handle, () =>
      [...this.#writers.values()].map((writer) => writer.target.rolloutId),
    )
  }

  async createThread(create: params.CreateThreadParams): Promise<void> {
    await this.#open(create.threadId, () =>
      createThread(this.#context, this.#keeper.handle, create),
    )
  }

  async resumeThread(resume: params.ResumeThreadParams): Promise<void> {
    await this.#open(resume.threadId, () =>
      resumeThread(this.#context, this.#keeper.handle, resume),
    )
  }

  async appendItems({ threadId, items }: params.AppendThreadItemsParams): Promise<void> {
    await this.#inTurn(threadId, async () => {
      const writer = await this.#writer(threadId)
      if (items.length > 0) await writer.append(items)
    })
  }

  async persistThread(persist: params.ThreadParams): Promise<void> {
    await this.flushThread(persist)
  }

  /** An append is durable when it is acknowledged; what is under way is waited for. */
  async flushThread({ threadId }: params.ThreadParams): Promise<void> {
    await this.#inTurn(threadId, async () => {
      await this.#writer(threadId)
    })
  }

  async shutdownThread({ threadId }: params.ThreadParams): Promise<void> {
    await this.#inTurn(threadId, () =>
      retried(this.#context.clock, async () => this.#shutDown(await this.#writer(threadId))),
    )
  }

  async discardThread({ threadId }: params.ThreadParams): Promise<void> {
    await this.#inTurn(threadId, () =>
      retried(this.#context.clock, async () => {
        const writer = this.#writers.get(threadId)
        if (writer === undefined) return
        await discardThread(this.#context, writer)
        this.#writers.delete(threadId)
      }),
    )
  }

  async loadHistory(load: params.LoadThreadHistoryParams): Promise<StoredThreadHistory> {
    return this.#read(load, ({ driver, namespace }) =>
      driver.transaction('read', async (session) =>
        loadHistory(session, namespace, await visibleThread(session, namespace, load)),
      ),
    )
  }

  async readThread(read: params.ReadThreadParams): Promise<StoredThread> {
    return this.#read(read, (context) => readThread(context, read))
  }

  async listThreads(list: params.ListThreadsParams): Promise<ThreadPage> {
    return this.#read(list, (context) => listThreads(context, list))
  }

  async searchThreads(search: params.SearchThreadsParams): Promise<ThreadSearchPage> {
    return this.#read(search, (context) => searchThreads(context, search))
  }

  async listTurns(list: params.ListTurnsParams): Promise<TurnPage> {
    if (this.#context.projectsTurns) return this.#read(list, (context) => listTurns(context, list))
    return turnPage(await this.#foldedTurns(list, list.itemsView ?? 'summary'), list)
  }

  async listItems(list: params.ListItemsParams): Promise<ItemPage> {
    if (this.#context.projectsTurns) return this.#read(list, (context) => listItems(context, list))
    return itemPage(await this.#foldedTurns(list, 'full'), list)
  }

  async updateThreadMetadata(update: params.UpdateThreadMetadataParams): Promise<StoredThread> {
    return this.#repeatable((contended) => updateThreadMetadata(this.#context, update, contended))
  }

  async archiveThread(archive: params.ThreadParams): Promise<void> {
    await this.#repeatable((contended) => archiveThread(this.#context, archive, contended))
  }

  async unarchiveThread(unarchive: params.ThreadParams): Promise<StoredThread> {
    return this.#repeatable((contended) => unarchiveThread(this.#context, unarchive, contended))
  }

  async revertThread(revert: params.RevertThreadParams): Promise<StoredThread> {
    return this.#repeatable(() => revertThread(this.#context, revert))
  }

  async deleteThread(which: params.ThreadParams): Promise<void> {
    await this.#repeatable(() => deleteThread(this.#context, which))
  }

  async exportThread(which: params.ThreadParams): Promise<ThreadExport> {
    return this.#read(which, (context) => exportThread(context, which))
  }

  async importThread(what: ImportThreadParams): Promise<ThreadReceipt> {
    return this.#once(() => importThread(this.#context, this.#batcher, what))
  }

  async historyDigest(which: params.ThreadParams): Promise<ThreadReceipt> {
    return this.#read(which, (context) => historyDigest(context, which))
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close()
    await this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    await this.#turns.settled()
    const writers = [...this.#writers.values()]
    const ended = await Promise.allSettled(
      writers.map((writer) => retried(this.#context.clock, () => this.#shutDown(writer))),
    )
    await this.#keeper.end()
    await this.#context.driver.close()
    const failed = ended.find((end) => end.status === 'rejected')
    if (failed && !ThreadStoreError.is(failed.reason, 'CONFLICT')) {
      throw errorFromPostgres(failed.reason, this.#context.server)
    }
  }

  /** Reads; who aborts meanwhile is answered at once. */
  async #read<T>(
    { signal }: params.Abortable,
    read: (context: PostgresContext) => Promise<T>,
  ): Promise<T> {
    return this.#repeatable(() => readUntilAborted(this.#context, signal, read))
  }

  /** Runs what may be repeated, because it has changed nothing when it fails. */
  async #repeatable<T>(work: (contended: boolean) => Promise<T>): Promise<T> {
    return this.#once(() => retried(this.#context.clock, work))
  }

  async #once<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== null) throw storeClosed()
    try {
      return await work()
    } catch (reason) {
      throw errorFromPostgres(reason, this.#context.server)
    }
  }

  /** Makes a call about the writer of a thread, once those that came before it are done. */
  async #inTurn(threadId: ThreadId, work: () => Promise<void>): Promise<void> {
    await this.#once(() => this.#turns.run(threadId, work))
  }

  async #open(threadId: ThreadId, open: () => Promise<LiveWriter>): Promise<void> {
    await this.#inTurn(threadId, () =>
      retried(this.#context.clock, async () => {
        await this.#keeper.start()
        this.#writers.set(threadId, await open())
      }),
    )
  }

  async #writer(threadId: ThreadId): Promise<LiveWriter> {
    const writer = this.#writers.get(threadId)
    if (writer !== undefined) return writer
    const thread = await findThread(this.#context.driver, this.#context.namespace, threadId)
    throw thread === null ? threadNotFound(threadId) : notLive(threadId)
  }

  async #shutDown(writer: LiveWriter): Promise<void> {
    const { threadId } = writer.target
    await shutdownThread(this.#context, writer).catch((reason: unknown) => {
      // A writer that was taken over is nothing this handle could hold on to.
      if (ThreadStoreError.is(reason, 'CONFLICT')) this.#writers.delete(threadId)
      throw reason
    })
    this.#writers.delete(threadId)
  }

  async #foldedTurns(
    of: params.LoadThreadHistoryParams,
    view: TurnItemsView,
  ): Promise<readonly StoredTurn[]> {
    return foldTurns((await this.loadHistory(of)).items, view)
  }
}
