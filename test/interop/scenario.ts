import type { AppServerClient, AppServerReply } from '../../conformance/flows/app-server-client.js'
import type { JsonObject } from '../../src/protocol/json.js'

/** A step of a recording: what was asked for, and the answer. */
export type TranscriptEntry = { readonly label: string } & AppServerReply

/** The pinned section that Codex creates by itself since sections exist. */
const PINNED_SECTION = '01984de2-8f74-7c91-a3b2-5c5e937cf318'

const HOSTILE_TEXT = 'ünïcödé 日本語 🙂 "quotes" \\back\\slash \u2028 line\nnewline\ttab'

/** The threads that the second half of the scenario goes on with. */
interface RecordedThreads {
  readonly alpha: string
  readonly memory: string
}

/** Plays the scenario of the recorded homes on one connection, and notes every answer. */
export class Scenario {
  readonly transcript: TranscriptEntry[] = []
  readonly #client: AppServerClient
  readonly #cwd: string

  constructor(client: AppServerClient, cwd: string) {
    this.#client = client
    this.#cwd = cwd
  }

  /** The first process: every kind of thread, once. */
  async warm(): Promise<RecordedThreads> {
    const alpha = await this.#start()
    await this.#turns(alpha, ['first question', 'please TOOL', 'third question'])
    await this.#tell('meta', 'thread/metadata/update', {
      threadId: alpha,
      gitInfo: { branch: 'feature/x' },
    })
    await this.#tell('name', 'thread/name/set', { threadId: alpha, name: 'Thread Alpha' })
    const rollback = await this.#tell('rollback', 'thread/rollback', {
      threadId: alpha,
      numTurns: 1,
    })
    const fork = idOf(await this.#tell('fork', 'thread/fork', { threadId: alpha }))
    await this.#turns(fork, ['after fork'])
    const archived = await this.#start()
    await this.#turns(archived, ['to be archived'])
    await this.#interrupted()
    await this.#compacted()
    const memory = await this.#memoryOff()
    await this.#turns(await this.#start(), [HOSTILE_TEXT])
    await this.#turns(await this.#start({ ephemeral: true }), ['leaves nothing behind'])
    await this.#start()
    // A release without rollback has reverts, forks of reverts and sections instead.
    if (rollback.error === undefined) await this.#detachedReview(alpha)
    else await this.#reverted()
    await this.#tell('archive', 'thread/archive', { threadId: archived })
    await this.#lists()
    return { alpha, memory }
  }

  /** The second process: patches and reads of threads that are not loaded. */
  async cold({ alpha, memory }: RecordedThreads): Promise<void> {
    await this.#tell('cold meta clear', 'thread/metadata/update', {
      threadId: alpha,
      gitInfo: { sha: null, originUrl: 'https://example.com/other.git' },
    })
    await this.#tell('cold name', 'thread/name/set', { threadId: memory, name: 'Mémoire' })
    await this.#tell('read A', 'thread/read', { threadId: alpha, includeTurns: true })
    await this.#tell('resume A', 'thread/resume', { threadId: alpha })
    await this.#lists()
  }

  async #interrupted(): Promise<void> {
    const thread = await this.#start()
    await this.#turns(thread, ['quick'])
    const from = this.#client.messages.length
    const { turn } = await this.#client.request('turn/start', turnParams(thread, 'SLOW one'))
    await this.#client.notification('item/completed', thread, from)
    const turnId = (turn as JsonObject)['id'] as string
    await this.#tell('interrupt', 'turn/interrupt', { threadId: thread, turnId })
    await this.#client.notification('turn/completed', thread, from)
  }

  async #compacted(): Promise<void> {
    const thread = await this.#start()
    await this.#turns(thread, ['before compaction 1', 'before compaction 2'])
    const from = this.#client.messages.length
    await this.#tell('compact', 'thread/compact/start', { threadId: thread })
    await this.#client.notification('turn/completed', thread, from)
    await this.#turns(thread, ['after compaction'])
  }

  async #memoryOff(): Promise<string> {
    const thread = await this.#start()
    await this.#turns(thread, ['memory off'])
    await this.#tell('memory', 'thread/memoryMode/set', { threadId: thread, mode: 'disabled' })
    await this.#tell('goal', 'thread/goal/set', { threadId: thread, objective: 'ship it' })
    // A goal goes on by itself until it is paused.
    await this.#tell('goal paused', 'thread/goal/set', { threadId: thread, status: 'paused' })
    return thread
  }

  async #detachedReview(parent: string): Promise<void> {
    const from = this.#client.messages.length
    const review = await this.#tell('review', 'review/start', {
      threadId: parent,
      delivery: 'detached',
      target: { type: 'custom', instructions: 'look at it' },
    })
    const thread = review.result?.['reviewThreadId'] as string
    await this.#client.notification('turn/completed', thread, from)
  }

  async #reverted(): Promise<void> {
    const legacy = await this.#start({ historyMode: 'legacy' })
    await this.#turns(legacy, ['legacy in a new release', 'second legacy turn'])
    await this.#tell('pin', 'thread/section/move', { threadId: legacy, sectionId: PINNED_SECTION })
    const thread = await this.#start()
    const turnIds = await this.#turns(thread, ['keep one', 'keep two', 'revert three'])
    const beforeTurnId = turnIds.at(-1) ?? ''
    await this.#tell('revert', 'thread/revert', { threadId: thread, beforeTurnId })
    await this.#turns(thread, ['after revert'])
    const fork = idOf(await this.#tell('fork of reverted', 'thread/fork', { threadId: thread }))
    await this.#turns(fork, ['fork of reverted'])
  }

  async #lists(): Promise<void> {
    await this.#tell('list', 'thread/list', { limit: 100, sourceKinds: [], modelProviders: [] })
    await this.#tell('list archived', 'thread/list', { limit: 100, archived: true })
  }

  async #start(params: JsonObject = {}): Promise<string> {
    return idOf(await this.#tell('thread/start', 'thread/start', { cwd: this.#cwd, ...params }))
  }

  /** Runs turns one after the other; their ids. */
  async #turns(threadId: string, texts: readonly string[]): Promise<string[]> {
    const ids: string[] = []
    for (const text of texts) {
      const from = this.#client.messages.length
      const { turn } = await this.#client.request('turn/start', turnParams(threadId, text))
      await this.#client.notification('turn/completed', threadId, from)
      ids.push((turn as JsonObject)['id'] as string)
    }
    return ids
  }

  async #tell(label: string, method: string, params: JsonObject): Promise<AppServerReply> {
    const reply = await this.#client.call(method, params)
    this.transcript.push({ label, ...reply })
    return reply
  }
}

function turnParams(threadId: string, text: string): JsonObject {
  return { threadId, input: [{ type: 'text', text }] }
}

function idOf(reply: AppServerReply): string {
  if (reply.result === undefined) throw new Error(`no thread: ${reply.error?.message}`)
  return (reply.result['thread'] as JsonObject)['id'] as string
}
