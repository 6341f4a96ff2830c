import type { Clock } from '../host/clock.js'
import type { IdSource } from '../host/ids.js'
import type { Logger } from '../host/logger.js'
import { type LiveThread } from '../live/live-thread.js'
import { MetadataPatchError } from '../live/metadata-patch-error.js'
import type { JsonObject } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { ThreadId } from '../protocol/thread-id.js'
import { EventStream } from './event-stream.js'
import type { ModelClient } from './model-client.js'
import type { ThreadConfig } from './thread-config.js'
import type { EventMsg, ThreadEvent } from './thread-event.js'
import type { TokenUsageInfo } from './token-usage.js'
import type { ToolRunner } from './tool-runner.js'
import { responseItem } from '../history/user-message.js'

/** What a loaded thread borrows from the process it runs in. */
export interface RuntimeHost {
  readonly model: ModelClient
  readonly tools: ToolRunner
  readonly clock: Clock
  readonly ids: IdSource
  readonly logger: Logger
}

/** What a loaded thread begins with. */
export interface RuntimeStart {
  readonly threadId: ThreadId
  readonly historyMode: string
  readonly config: ThreadConfig
  /** `null`: ephemeral, nothing is stored. */
  readonly live: LiveThread | null
  readonly context: readonly JsonObject[]
  readonly tokens: TokenUsageInfo | null
}

/**
 * What the operations of one loaded thread share: where its items go, what its model is shown and
 * who listens.
 */
export class ThreadRuntime {
  readonly threadId: ThreadId
  readonly historyMode: string
  readonly live: LiveThread | null
  readonly host: RuntimeHost
  readonly events: EventStream<ThreadEvent> = new EventStream()
  config: ThreadConfig
  context: JsonObject[]
  tokens: TokenUsageInfo | null
  rateLimits: JsonObject | null = null
  /** Items of the context that the last count of tokens is about. */
  contextCounted: number
  /** The model refused the context because it is too long. */
  overflowed = false
  /** The settings the history tells last; paginated histories say when they change. */
  settingsTold: ThreadConfig | null = null

  constructor(host: RuntimeHost, start: RuntimeStart) {
    this.host = host
    this.threadId = start.threadId
    this.historyMode = start.historyMode
    this.live = start.live
    this.config = start.config
    this.context = [...start.context]
    this.contextCounted = this.context.length
    this.tokens = start.tokens
  }

  /**
   * Stores items, all or none, and only then shows them: response items to the model, events to
   * whoever listens. When it rejects, nothing was stored and nothing was shown.
   */
  async record(turnId: string, items: readonly RolloutItem[]): Promise<void> {
    await this.#settled(turnId, () => this.live?.appendItems(items))
    for (const item of items) {
      const response = responseItem(item)
      if (response !== null) this.context.push(response)
      if (item.type === 'event_msg') this.emit(turnId, item.payload as EventMsg)
    }
  }

  /** Puts another context in the place of the one so far, with what it is thought to hold. */
  replaceContext(context: JsonObject[], tokens: TokenUsageInfo): void {
    this.context = context
    this.contextCounted = context.length
    this.overflowed = false
    this.tokens = tokens
  }

  /** Makes sure the thread exists in the store with everything recorded so far. */
  async materialize(turnId: string): Promise<void> {
    await this.#settled(turnId, () => this.live?.persist())
  }

  async flush(turnId: string): Promise<void> {
    await this.#settled(turnId, () => this.live?.flush())
  }

  emit(turnId: string, msg: EventMsg): void {
    this.events.push({ id: turnId, msg })
  }

  now(): number {
    return this.host.clock.now()
  }

  /** The items are safe when only the metadata is late: it goes out with what is stored next. */
  async #settled(turnId: string, call: () => Promise<void> | undefined): Promise<void> {
    try {
      await call()
    } catch (error) {
      if (!(error instanceof MetadataPatchError)) throw error
      this.host.logger.warn({ threadId: this.threadId, error }, error.message)
      this.emit(turnId, { type: 'warning', message: error.message })
    }
  }
}
