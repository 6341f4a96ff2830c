import type { ThreadId } from '../../src/protocol/thread-id.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { chunksOf } from '../build/chunks.js'
import { bareImport } from '../build/imports.js'
import { creating } from '../build/params.js'
import type { CaseContext } from '../case.js'
import { under } from '../expect.js'
import { type CrashPatch, crashItem } from './crash-items.js'
import { type Entry, Ledger } from './ledger.js'
import type { Change } from './thread-state.js'

/** A thread of a sweep. */
export interface CrashThread {
  readonly threadId: ThreadId
  readonly ledger: Ledger
  /** Whether the process that may be killed has its writer. */
  isLive: boolean
}

/** Numbers that say how a trial goes; equal for equal seeds. */
export type Choose = (below: number) => number

/** What a trial begins with. */
interface WorkloadOptions {
  readonly context: CaseContext
  readonly store: ThreadStore
  /** Those of trials before. */
  readonly threads: readonly CrashThread[]
  readonly choose: Choose
  /** Begins every label, so that no two trials write the same items. */
  readonly tag: string
}

/** Calls to a store in a process that may die, each written down before it is made. */
export class Workload {
  readonly threads: CrashThread[]
  readonly store: ThreadStore
  readonly choose: Choose
  readonly #context: CaseContext
  readonly #tag: string
  #labels = 0
  #inFlight = 0
  #answered = 0
  #spentMs = 0

  constructor({ context, store, threads, choose, tag }: WorkloadOptions) {
    this.#context = context
    this.store = store
    this.threads = [...threads]
    this.choose = choose
    this.#tag = tag
  }

  /** Calls that have no answer yet. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** How long an answer takes. */
  get meanMs(): number {
    return this.#answered === 0 ? 1 : this.#spentMs / this.#answered
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[this.choose(from.length)]
  }

  async create(): Promise<CrashThread> {
    const thread = this.#newThread()
    const { threadId } = thread
    const { lineage, materialization } = this.store.supports
    const params = creating(threadId, lineage ? { historyMode: 'paginated' } : {})
    const create = (): Promise<void> => this.store.createThread(params)
    // A lazy store may forget a thread that was never written to.
    if (materialization === 'lazy') await this.#flushable(thread, { kind: 'create' }, create)
    else await this.#lasting(thread, { kind: 'create' }, create)
    thread.isLive = true
    return thread
  }

  async resume(thread: CrashThread): Promise<void> {
    const { threadId } = thread
    const resume = (): Promise<void> => this.store.resumeThread({ threadId, includeArchived: true })
    // Whoever had the writer was killed, or has given it back.
    await under('CRASH-6', () => this.#call(resume))
    thread.isLive = true
  }

  /** Appends a batch, now and then a large one. */
  async append(thread: CrashThread): Promise<void> {
    const labels = this.#newLabels(1 + this.choose(5))
    const params = { threadId: thread.threadId, items: labels.map(crashItem) }
    const change: Change = { kind: 'append', items: labels }
    await this.#flushable(thread, change, () => this.store.appendItems(params))
  }

  /** Makes a call that promises to keep what was acknowledged before it. */
  async settle(
    thread: CrashThread,
    verb: 'flushThread' | 'persistThread' | 'shutdownThread',
  ): Promise<void> {
    const before = thread.ledger.acknowledged()
    const { threadId } = thread
    if (verb === 'shutdownThread') thread.isLive = false
    await this.#call(() => this.store[verb]({ threadId }))
    for (const entry of before) entry.standing = 'durable'
  }

  async patch(thread: CrashThread, make: (value: string) => CrashPatch): Promise<void> {
    const [value = ''] = this.#newLabels(1)
    const { patch, fields } = make(value)
    const params = { threadId: thread.threadId, patch, includeArchived: true }
    const change: Change = { kind: 'patch', fields }
    await this.#lasting(thread, change, () => this.store.updateThreadMetadata(params))
  }

  async archive(thread: CrashThread, archived: boolean): Promise<void> {
    const { threadId } = thread
    const verb = archived ? 'archiveThread' : 'unarchiveThread'
    await this.#lasting(thread, { kind: 'archive', archived }, () => this.store[verb]({ threadId }))
  }

  async delete(thread: CrashThread): Promise<void> {
    const { threadId } = thread
    await this.#lasting(thread, { kind: 'delete' }, () => this.store.deleteThread({ threadId }))
  }

  async import(): Promise<CrashThread> {
    const thread = this.#newThread()
    const { threadId } = thread
    const items = this.#newLabels(6)
    const [name = ''] = items
    const lines = items.map((label) => `${JSON.stringify(crashItem(label))}\n`)
    const params = bareImport(threadId, chunksOf(...lines), { name })
    const change: Change = { kind: 'import', name, items }
    const entry = thread.ledger.begin(change, 'CRASH-3')
    await this.#change(entry, 'durable', () => this.store.importThread(params))
    return thread
  }

  /** Appends to a thread and takes that back; the thread must not be live. */
  async prepareRevert(thread: CrashThread): Promise<() => Promise<void>> {
    const { threadId } = thread
    const { position } = await this.store.loadHistory({ threadId, includeArchived: true })
    const items = thread.ledger.current()?.items.length ?? 0
    await this.resume(thread)
    await this.append(thread)
    await this.settle(thread, 'shutdownThread')
    if (position === null) throw new TypeError('a history without a position')
    const { rolloutId, endOrdinalExclusive } = position
    const params = { threadId, base: { rolloutId, endOrdinalExclusive } }
    return () =>
      this.#lasting(thread, { kind: 'revert', items }, () => this.store.revertThread(params))
  }

  #newThread(): CrashThread {
    const threadId = this.#context.threadId()
    const thread: CrashThread = { threadId, ledger: new Ledger(), isLive: false }
    this.threads.push(thread)
    return thread
  }

  #newLabels(count: number): string[] {
    return Array.from({ length: count }, () => {
      this.#labels += 1
      const size = this.choose(8) === 0 ? 20_000 : this.choose(500)
      return `${this.#tag}.${this.#labels}x${size}`
    })
  }

  /** A change that has to last once it is acknowledged. */
  #lasting(thread: CrashThread, change: Change, make: () => Promise<unknown>): Promise<void> {
    return this.#change(thread.ledger.begin(change, 'CRASH-4'), 'durable', make)
  }

  /** A change that has to last once it is flushed. */
  #flushable(thread: CrashThread, change: Change, make: () => Promise<unknown>): Promise<void> {
    return this.#change(thread.ledger.begin(change, 'CRASH-3'), 'acknowledged', make)
  }

  async #change(
    entry: Entry,
    standing: Entry['standing'],
    make: () => Promise<unknown>,
  ): Promise<void> {
    try {
      await this.#call(make)
      entry.standing = standing
    } catch (reason) {
      if (saysNothingHappened(reason)) entry.standing = 'refused'
      throw reason
    }
  }

  async #call(make: () => Promise<unknown>): Promise<void> {
    const begunMs = this.#context.now()
    this.#inFlight += 1
    try {
      await make()
      this.#answered += 1
      this.#spentMs += this.#context.now() - begunMs
    } finally {
      this.#inFlight -= 1
    }
  }
}

function saysNothingHappened(reason: unknown): boolean {
  return ThreadStoreError.is(reason) && reason.code !== 'OUTCOME_UNKNOWN'
}
