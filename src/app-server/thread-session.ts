import pLimit, { type LimitFunction } from 'p-limit'
import type { Logger } from '../host/logger.js'
import type { CodexThread, SubmittedTurn, ThreadEvent } from '../manager/index.js'
import type { JsonObject } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { StoredThread } from '../store/records.js'
import type { ThreadStatus } from './api-thread.js'
import type { Connection } from './connection.js'
import { EventTeller } from './event-teller.js'

/** What is known of a thread that no store keeps. */
interface EphemeralThread {
  readonly record: StoredThread
  readonly items: readonly RolloutItem[]
}

/** What a session begins with. */
export interface SessionStart {
  readonly thread: CodexThread
  /** Nothing was said in it yet, so that for clients it does not exist outside of this process. */
  readonly fresh: boolean
  readonly ephemeral: EphemeralThread | null
  readonly logger: Logger
  /** Tells every client that the thread is another way now. */
  readonly onStatus: (status: ThreadStatus) => void
}

/**
 * A loaded thread and those who follow it. What happens in the thread is told in the order in which
 * it happened, and not while somebody holds the session to answer a request first.
 */
export class ThreadSession {
  readonly thread: CodexThread
  readonly ephemeral: EphemeralThread | null
  /** Work that events must not come in between of. */
  readonly inOrder: LimitFunction = pLimit(1)
  readonly subscribers: Set<Connection> = new Set<Connection>()
  readonly #teller: EventTeller
  readonly #start: SessionStart
  #status: ThreadStatus = { type: 'idle' }
  #fresh: boolean
  #lastEnded: string | null = null
  #turnEnded: (() => void)[] = []
  #rolledBack: PromiseWithResolvers<void> | null = null
  #running: Promise<unknown> = Promise.resolve()
  #following: Promise<void> = Promise.resolve()
  /** Settles when the thread is shut down; `null` when nobody is at it. */
  closing: Promise<void> | null = null

  constructor(start: SessionStart) {
    this.thread = start.thread
    this.ephemeral = start.ephemeral
    this.#fresh = start.fresh
    this.#start = start
    this.#teller = new EventTeller(start.thread.threadId, {
      notify: (method, params) => this.notify(method, params),
      status: (status) => this.#become(status),
      said: () => this.materialized(),
      turnEnded: (turnId) => {
        this.#lastEnded = turnId
        this.#turnEnded.splice(0).forEach((told) => told())
      },
      rolledBack: () => {
        this.#rolledBack?.resolve()
        this.#rolledBack = null
      },
    })
  }

  get status(): ThreadStatus {
    return this.#status
  }

  get fresh(): boolean {
    return this.#fresh
  }

  /** The thread takes nothing more, and still has its writer: its shutdown failed. */
  get halfClosed(): boolean {
    return this.closing === null && !this.thread.isRunning
  }

  /** Begins to tell what happens. */
  follow(): void {
    this.#following = this.#followEvents(this.thread.events())
  }

  /** Settles once everything that happened before the thread was shut down is told. */
  async ended(): Promise<void> {
    await this.#following
  }

  /** From now on the thread exists for everybody. */
  materialized(): void {
    this.#fresh = false
  }

  /** Calls back when the running turn ends, before clients are told; at once if they were told. */
  onTurnEnd(turnId: string, told: () => void): void {
    if (this.#lastEnded === turnId) told()
    else this.#turnEnded.push(told)
  }

  /** Takes note of the turn that runs now. */
  watch({ done }: SubmittedTurn): void {
    this.#running = done
  }

  /** Settles when the next rollback has been told of. */
  rolledBack(): Promise<void> {
    this.#rolledBack ??= Promise.withResolvers()
    return this.#rolledBack.promise
  }

  /** Tells those who follow the thread. */
  notify(method: string, params: JsonObject): void {
    for (const connection of this.subscribers) connection.notify(method, params)
  }

  #become(status: ThreadStatus): void {
    if (status.type === this.#status.type) return
    this.#status = status
    this.#start.onStatus(status)
  }

  async #followEvents(events: AsyncIterable<ThreadEvent>): Promise<void> {
    try {
      for await (const event of events) {
        // A client that is told of the end may go on at once, and the thread has to be ready.
        if (endsTurn(event)) await this.#running
        await this.inOrder(() => this.#teller.tell(event))
      }
    } catch (error) {
      this.#start.logger.error({ error }, 'a thread can no longer be followed')
    }
  }
}

function endsTurn({ msg }: ThreadEvent): boolean {
  return msg.type === 'task_complete' || msg.type === 'turn_aborted'
}
