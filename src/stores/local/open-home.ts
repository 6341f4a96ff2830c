import { type Clock, systemClock } from '../../host/clock.js'
import type { IdSource } from '../../host/ids.js'
import type { Logger } from '../../host/logger.js'
import type { ThreadId } from '../../protocol/thread-id.js'
import { threadArchived, threadNotFound } from '../../store/errors.js'
import type { LoadThreadHistoryParams } from '../../store/params.js'
import type { ThreadRecord } from '../../store/records.js'
import { HomeIndex, type HomeThread } from './home-index.js'
import type { HomePaths } from './home/home-paths.js'
import { OpenWriters } from './home/open-writers.js'
import { RolloutHeads } from './home/rollout-head.js'
import { RolloutTails } from './home/rollout-tail.js'
import { RolloutTree } from './home/rollout-tree.js'
import { SessionIndex } from './home/session-index.js'
import { WriterLocks } from './home/writer-locks.js'
import { SortedRecords } from './list-page.js'
import type { RolloutPlace } from './live-thread.js'
import { missingRollout } from './read-history.js'
import { DerivedRecords } from './record/derived-record.js'
import { CodexDatabase, databaseStems } from './state/codex-database.js'
import { type Scratch, createScratch } from './state/scratch.js'
import { ExtraReader } from './state/thread-extra.js'
import { ThreadRecords } from './thread-records.js'

/** How a home is opened. */
interface HomeOptions {
  readonly readOnly: boolean
  readonly clock: Clock
  readonly ids: IdSource
  readonly logger: Logger
}

/** All threads, and the records that pages are cut from. */
export interface ListedThreads {
  readonly threads: ReadonlyMap<ThreadId, HomeThread>
  readonly records: SortedRecords
}

/** An open home: everything the operations of a store look things up in. */
export class OpenHome {
  readonly paths: HomePaths
  readonly readOnly: boolean
  readonly clock: Clock
  readonly ids: IdSource
  readonly logger: Logger
  readonly locks: WriterLocks
  readonly writers: OpenWriters
  readonly heads: RolloutHeads = new RolloutHeads()
  readonly names: SessionIndex
  readonly databases: readonly CodexDatabase[]
  readonly state: CodexDatabase
  /** Codex's own projection of paginated histories: nothing reads it here, a deletion cleans it. */
  readonly history: CodexDatabase
  readonly index: HomeIndex
  readonly records: ThreadRecords
  readonly extra: ExtraReader
  readonly #scratch: Scratch | null
  #listed: ListedThreads | null = null

  constructor(paths: HomePaths, { readOnly, clock, ids, logger }: HomeOptions) {
    this.paths = paths
    this.readOnly = readOnly
    this.clock = clock
    this.ids = ids
    this.logger = logger
    this.locks = new WriterLocks(paths.writerLocks)
    this.writers = new OpenWriters([paths.home, paths.sqliteHome], systemClock)
    this.#scratch = readOnly ? createScratch() : null
    this.databases = databaseStems.map(
      (stem) => new CodexDatabase(stem, paths.sqliteHome, this.#scratch),
    )
    const [state] = this.databases
    if (state === undefined) throw new TypeError('there is no state database among the stems')
    this.state = state
    this.history = new CodexDatabase('thread_history', paths.sqliteHome, this.#scratch)
    this.names = new SessionIndex(paths.sessionIndex)
    this.index = new HomeIndex({ tree: new RolloutTree(paths.home), names: this.names, state })
    this.extra = new ExtraReader(this.databases)
    this.records = new ThreadRecords({
      index: this.index,
      heads: this.heads,
      tails: new RolloutTails(),
      extra: this.extra,
      derived: new DerivedRecords({ index: this.index, heads: this.heads }),
    })
  }

  /** A thread that is stored, or `THREAD_NOT_FOUND`. */
  async stored(threadId: ThreadId): Promise<HomeThread> {
    const thread = await this.index.find(threadId)
    if (thread === null) throw threadNotFound(threadId)
    return thread
  }

  /** A thread that the caller may see: one that is archived only when it was asked for. */
  async visible({ threadId, includeArchived }: LoadThreadHistoryParams): Promise<HomeThread> {
    const thread = await this.stored(threadId)
    const { archivedAt } = await this.records.summary(thread)
    if (archivedAt !== null && !includeArchived) throw threadArchived(threadId)
    return thread
  }

  /** The rollout that a thread ends with, to be written to. */
  async locate(threadId: ThreadId): Promise<RolloutPlace> {
    const entry = await this.records.current(await this.stored(threadId))
    if (entry === null) throw missingRollout(threadId)
    return { entry, base: (await this.heads.head(entry))?.historyBase ?? null }
  }

  /** What lists are made from. A thread that has lost its rollout is in none. */
  async listed(): Promise<ListedThreads> {
    const threads = await this.index.all()
    if (this.#listed?.threads === threads) return this.#listed
    const records: ThreadRecord[] = []
    for (const thread of threads.values()) {
      if (thread.rollouts.length > 0) records.push(await this.records.summary(thread))
    }
    this.#listed = { threads, records: new SortedRecords(records) }
    return this.#listed
  }

  /** The same threads with those that spawned them, which only the heads of their rollouts say. */
  async listedWithParents(): Promise<ListedThreads> {
    const { threads } = await this.listed()
    const records: ThreadRecord[] = []
    for (const thread of threads.values()) {
      if (thread.rollouts.length > 0) records.push(await this.records.withParent(thread))
    }
    return { threads, records: new SortedRecords(records) }
  }

  close(): void {
    for (const database of [...this.databases, this.history]) database.close()
    this.#scratch?.remove()
  }
}
