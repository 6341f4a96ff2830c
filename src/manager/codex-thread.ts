import pLimit, { type LimitFunction } from 'p-limit'
import type { LiveThread } from '../live/live-thread.js'
import type { JsonObject } from '../protocol/json.js'
import type { MemoryMode } from '../protocol/metadata.js'
import type { ThreadId } from '../protocol/thread-id.js'
import type { ThreadMetadataPatch } from '../store/metadata-patch.js'
import type { ReadThreadParams } from '../store/params.js'
import type { StoredThread, StoredThreadHistory } from '../store/records.js'
import type { ActiveTurn, TurnOutcome } from './active-turn.js'
import { compact } from './compact.js'
import { conductTurn } from './conduct-turn.js'
import { review, type Reviewer } from './review.js'
import { type ReviewTarget, reviewRequest } from './review-target.js'
import { rollback } from './rollback.js'
import { runTurn } from './run-turn.js'
import type { ThreadConfig, TurnSettings } from './thread-config.js'
import type { EventMsg, ThreadEvent } from './thread-event.js'
import { type RuntimeHost, type RuntimeStart, ThreadRuntime } from './thread-runtime.js'
import { ThreadRuntimeError } from './thread-runtime-error.js'
import { noTokens, type TokenUsageInfo } from './token-usage.js'
import { responseItemOf } from './turn-items.js'
import { inputParts, type UserInput } from './user-input.js'

/** A turn that was begun or joined. */
export interface SubmittedTurn {
  readonly turnId: string
  /** Settles when the turn has ended; never rejects. */
  readonly done: Promise<TurnOutcome>
}

/** What a loaded thread needs of whoever loads it. */
export interface CodexThreadHost extends RuntimeHost {
  openReviewer(of: CodexThread): Promise<Reviewer>
  /** The thread was shut down. */
  stopped(thread: CodexThread): void
}

interface CodexThreadStart extends RuntimeStart {
  readonly internal: boolean
  /** What whoever listens has to know from the beginning. @defaultValue none */
  readonly notices?: readonly EventMsg[]
}

/** A loaded thread: turns run in it, one at a time, and everything they say is stored. */
export class CodexThread {
  readonly threadId: ThreadId
  /** The host's own: not for those who ask for threads by id. */
  readonly internal: boolean
  readonly #host: CodexThreadHost
  readonly #runtime: ThreadRuntime
  readonly #notices: readonly EventMsg[]
  /** Calls that begin or end something wait for each other. */
  readonly #inOrder: LimitFunction = pLimit(1)
  #active: { readonly turn: ActiveTurn; readonly done: Promise<TurnOutcome> } | null = null
  #state: 'running' | 'stopping' | 'stopped' = 'running'
  #rollingBack = false

  constructor(host: CodexThreadHost, start: CodexThreadStart) {
    this.threadId = start.threadId
    this.internal = start.internal
    this.#notices = start.notices ?? []
    this.#host = host
    this.#runtime = new ThreadRuntime(host, start)
  }

  get config(): ThreadConfig {
    return this.#runtime.config
  }

  /** Nothing of an ephemeral thread is stored. */
  get ephemeral(): boolean {
    return this.#runtime.live === null
  }

  get isRunning(): boolean {
    return this.#state === 'running'
  }

  get activeTurnId(): string | null {
    return this.#active?.turn.turnId ?? null
  }

  /** `null` until a response told its tokens. */
  get tokenUsage(): TokenUsageInfo | null {
    return this.#runtime.tokens
  }

  /** What happens from now on, after `session_configured`; ends when the thread is shut down. */
  events(): AsyncIterable<ThreadEvent> {
    const first = [this.#configured(), ...this.#notices].map((msg) => ({ id: '', msg }))
    return this.#runtime.events.subscribe(...first)
  }

  /**
   * Says something: begins a turn, or joins the one that is running. Settings hold from the model's
   * next answer on.
   */
  async submit(input: UserInput, settings: TurnSettings = {}): Promise<SubmittedTurn> {
    requireInput(input)
    return this.#inOrder(async () => {
      this.#requireRunning()
      const running = this.#active
      const joins = running !== null && this.#joins(running.turn, input)
      if (!joins) await running?.done
      if (Object.keys(settings).length > 0) {
        this.#runtime.config = { ...this.#runtime.config, ...settings }
      }
      if (joins) return { turnId: running.turn.turnId, done: running.done }
      return this.#begin('regular', [input], (turn) => runTurn(this.#runtime, turn))
    })
  }

  /** `submit` and its end in one. */
  async run(input: UserInput, settings: TurnSettings = {}): Promise<TurnOutcome> {
    const { done } = await this.submit(input, settings)
    return done
  }

  /** Adds to what the running turn was told. Returns the turn's id. */
  async steer(input: UserInput, expectedTurnId?: string): Promise<string> {
    requireInput(input)
    const turn = this.#active?.turn
    if (turn === undefined) throw new ThreadRuntimeError('no-active-turn', noTurnToSteer)
    const { turnId } = turn
    if (expectedTurnId !== undefined && expectedTurnId !== turnId) {
      const message = `expected active turn id \`${expectedTurnId}\` but found \`${turnId}\``
      throw new ThreadRuntimeError('turn-mismatch', message)
    }
    if (!this.#joins(turn, input)) throw new ThreadRuntimeError('no-active-turn', noTurnToSteer)
    return turnId
  }

  /** Ends the running turn now; `null` when none is running. */
  async interrupt(): Promise<TurnOutcome | null> {
    const active = this.#active
    if (active === null) return null
    active.turn.steerable = false
    active.turn.abort.abort()
    return active.done
  }

  /** Takes the last turns back. They stay in the history, behind a marker. */
  async rollback(numTurns: number): Promise<void> {
    if (this.#rollingBack) {
      throw new ThreadRuntimeError('rollback-running', 'a rollback is already in progress')
    }
    this.#rollingBack = true
    try {
      await this.#inOrder(async () => {
        this.#requireIdle('roll back')
        const { live } = this.#runtime
        if (live === null) {
          const message = 'thread rollback requires persisted thread history'
          throw new ThreadRuntimeError('not-persisted', message)
        }
        await rollback(this.#runtime, live, numTurns)
      })
    } finally {
      this.#rollingBack = false
    }
  }

  /** Has the model sum its context up and go on from the summary. */
  async compact(): Promise<SubmittedTurn> {
    return this.#inOrder(async () => {
      this.#requireIdle('compact')
      return this.#begin('compact', [], (turn) => compact(this.#runtime, turn))
    })
  }

  /** Has a reviewer look at something and writes down what it found. */
  async review(target: ReviewTarget): Promise<SubmittedTurn> {
    const request = reviewRequest(target)
    return this.#inOrder(async () => {
      this.#requireIdle('review')
      return this.#begin('review', [], (turn) =>
        review(this.#runtime, turn, request, () => this.#host.openReviewer(this)),
      )
    })
  }

  /** Adds to what the model is shown, without a turn. */
  async injectResponseItems(items: readonly JsonObject[]): Promise<void> {
    if (items.length === 0) throw new ThreadRuntimeError('empty-input', 'items must not be empty')
    await this.#inOrder(async () => {
      this.#requireRunning()
      await this.#runtime.record('', items.map(responseItemOf))
      await this.#runtime.flush('')
    })
  }

  async loadHistory(): Promise<StoredThreadHistory> {
    return this.#persisted('load history').loadHistory()
  }

  async readThread(params: Omit<ReadThreadParams, 'threadId'> = {}): Promise<StoredThread> {
    return this.#persisted('read thread').readThread(params)
  }

  async updateThreadMetadata(
    patch: ThreadMetadataPatch,
    includeArchived = false,
  ): Promise<StoredThread> {
    return this.#persisted('update thread metadata').updateMetadata(patch, includeArchived)
  }

  async setMemoryMode(mode: MemoryMode, includeArchived = false): Promise<StoredThread> {
    return this.#persisted('update thread metadata').updateMemoryMode(mode, includeArchived)
  }

  /** The thread exists in the store, with everything up to now. */
  async materialize(): Promise<void> {
    await this.#runtime.materialize('')
  }

  async flush(): Promise<void> {
    await this.#runtime.flush('')
  }

  /** The file the thread is kept in; `null` where threads are not files, and for ephemeral ones. */
  async localRolloutPath(): Promise<string | null> {
    return (await this.#runtime.live?.localRolloutPath()) ?? null
  }

  /** Interrupts what runs, stores what is left and lets the writer go. After a failure, try again. */
  async shutdown(): Promise<void> {
    if (this.#state === 'running') this.#state = 'stopping'
    await this.interrupt()
    await this.#inOrder(async () => {
      if (this.#state === 'stopped') return
      // A turn may have been begun by a call that was already waiting.
      await this.interrupt()
      await this.#runtime.live?.shutdown()
      this.#state = 'stopped'
      this.#runtime.emit('', { type: 'shutdown_complete' })
      this.#runtime.events.close()
      this.#host.stopped(this)
    })
  }

  #begin(
    kind: ActiveTurn['kind'],
    input: UserInput[],
    body: (turn: ActiveTurn) => Promise<string | null>,
  ): SubmittedTurn {
    const { ids } = this.#host
    const turn: ActiveTurn = {
      kind,
      threadId: this.threadId,
      turnId: ids.newId(),
      historyMode: this.#runtime.historyMode,
      startedAtMs: this.#runtime.now(),
      abort: new AbortController(),
      input,
      steerable: kind === 'regular',
      tokens: noTokens,
      firstTokenMs: null,
      rateLimitsUntold: false,
      ended: false,
    }
    const done = conductTurn(this.#runtime, turn, () => body(turn)).finally(() => {
      if (this.#active?.turn === turn) this.#active = null
    })
    this.#active = { turn, done }
    return { turnId: turn.turnId, done }
  }

  /** Whether the running turn takes the input. One that cannot be steered at all refuses it. */
  #joins(turn: ActiveTurn, input: UserInput): boolean {
    if (turn.kind !== 'regular') {
      throw new ThreadRuntimeError('turn-not-steerable', `cannot steer a ${turn.kind} turn`)
    }
    if (turn.steerable) turn.input.push(input)
    return turn.steerable
  }

  #configured(): EventMsg {
    const { config } = this.#runtime
    return {
      type: 'session_configured',
      session_id: this.threadId,
      thread_id: this.threadId,
      model: config.model,
      model_provider_id: config.modelProvider,
      approval_policy: config.approvalPolicy,
      permission_profile: config.permissionProfile,
      cwd: config.cwd ?? '',
      reasoning_effort: config.reasoningEffort,
    }
  }

  #persisted(doing: string): LiveThread {
    const { live } = this.#runtime
    if (live !== null) return live
    const message = `Session persistence is disabled; cannot ${doing}.`
    throw new ThreadRuntimeError('not-persisted', message)
  }

  #requireRunning(): void {
    if (this.#state === 'running') return
    throw new ThreadRuntimeError('stopped', `thread ${this.threadId} is shut down; resume it first`)
  }

  #requireIdle(doing: string): void {
    this.#requireRunning()
    if (this.#active === null) return
    throw new ThreadRuntimeError('turn-running', `cannot ${doing} while a turn is in progress`)
  }
}

const noTurnToSteer = 'no active turn to steer'

function requireInput(input: UserInput): void {
  const says = inputParts(input).some((part) => part.type !== 'text' || part.text !== '')
  if (!says) throw new ThreadRuntimeError('empty-input', 'input must not be empty')
}
