import type { ThreadStore } from '../../src/store/thread-store.js'
import type { CaseContext, StorageProcess } from '../case.js'
import { type Rejection, equal, rejectionOf, under } from '../expect.js'
import { listedIds } from '../observe.js'
import { stateOf, unreadable } from './crash-items.js'
import type { Finding } from './ledger.js'
import type { ThreadState } from './thread-state.js'
import { type Choose, type CrashThread, Workload } from './workload.js'

const unknownThread: Rejection = 'THREAD_NOT_FOUND unknown-thread'

/** A storage through several crashes: each process finds what those before it left. */
export class Life {
  readonly #context: CaseContext
  #process: StorageProcess
  #store: ThreadStore
  #threads: readonly CrashThread[] = []

  private constructor(context: CaseContext, process: StorageProcess, store: ThreadStore) {
    this.#context = context
    this.#process = process
    this.#store = store
  }

  /** Makes a storage of its own, and opens it in a process that may be killed. */
  static async begin(context: CaseContext): Promise<Life> {
    const store = await context.fresh()
    await store.close()
    const process = await context.process()
    return new Life(context, process, await process.reopen())
  }

  get process(): StorageProcess {
    return this.#process
  }

  /** The calls of one trial, on the threads there are. */
  workload(choose: Choose, tag: string): Workload {
    const work = new Workload({
      context: this.#context,
      store: this.#store,
      threads: this.#threads,
      choose,
      tag,
    })
    this.#threads = work.threads
    return work
  }

  /** Opens the storage in a new process and looks at every thread. */
  async recover(): Promise<Recovery> {
    this.#process = await this.#context.process()
    this.#store = await this.#process.reopen()
    const findings: Finding[] = []
    let hasLostUnflushed = false
    for (const thread of this.#threads) {
      const found = await this.#find(thread)
      const finding = thread.ledger.judge(found)
      if (finding !== null) findings.push(finding)
      hasLostUnflushed ||= finding === null && thread.ledger.hasLostUnflushed(found)
      thread.ledger.adopt(found)
      thread.isLive = false
    }
    if (findings.length === 0) await this.#requireListed()
    this.#threads = this.#threads.filter(({ ledger }) => ledger.current() !== null)
    return { findings, hasLostUnflushed }
  }

  /** Writes to a thread whose writer has died; `null` when that went as it should. */
  async goOn(thread: CrashThread, work: Workload): Promise<Finding | null> {
    await under('CRASH-6', async () => {
      await this.#resume(thread, work)
      await work.append(thread)
      await work.settle(thread, 'flushThread')
    })
    return thread.ledger.judge(await this.#find(thread))
  }

  /** Whoever keeps the writers may need a moment to see that one of them is gone. */
  async #resume(thread: CrashThread, work: Workload): Promise<void> {
    const untilMs = this.#context.now() + this.#context.limits.caseTimeoutMs / 2
    for (let waitMs = 5; ; waitMs *= 2) {
      try {
        await work.resume(thread)
        return
      } catch (reason) {
        if (this.#context.now() + waitMs > untilMs) throw reason
        await this.#context.sleep(waitMs)
      }
    }
  }

  async #find({ threadId }: CrashThread): Promise<ThreadState> {
    try {
      const read = { threadId, includeArchived: true, includeHistory: true }
      return stateOf(await this.#store.readThread(read))
    } catch (reason) {
      const rejection = rejectionOf(reason)
      return rejection === unknownThread ? null : unreadable(rejection)
    }
  }

  /** Lists show the threads there are, and no others. */
  async #requireListed(): Promise<void> {
    const idsOf = (archived: boolean): string[] =>
      this.#threads
        .filter(({ ledger }) => ledger.current()?.archived === archived)
        .map(({ threadId }) => threadId)
        .toSorted()
    const active = await listedIds(this.#store)
    const archived = await listedIds(this.#store, { archived: true })
    await under('CRASH-5', () => {
      equal(active.toSorted(), idsOf(false), 'the list shows the threads there are')
      equal(archived.toSorted(), idsOf(true), 'the list shows the archived threads there are')
    })
  }
}

/** What a new process has found. */
export interface Recovery {
  readonly findings: readonly Finding[]
  /** Something is gone that was answered, but that nothing had promised to keep. */
  readonly hasLostUnflushed: boolean
}
