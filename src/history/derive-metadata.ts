import { isJsonObject, type JsonObject, type JsonValue, textAt } from '../protocol/json.js'
import type {
  ApprovalMode,
  GitInfo,
  PermissionProfile,
  SessionSource,
  StoredMemoryMode,
  ThreadSource,
  TokenUsage,
} from '../protocol/metadata.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { ThreadId } from '../protocol/thread-id.js'
import { parseTime } from './iso-time.js'
import {
  previewOfGoal,
  previewOfUserItem,
  previewOfUserMessage,
  type UserMessagePreview,
} from './preview.js'
import { readSessionMeta, type SessionMeta } from './session-meta.js'
import { readTokenUsage } from './token-usage.js'

/** What items say about their thread. A field they say nothing about is absent. */
export interface DerivedMetadata {
  readonly preview?: string
  readonly title?: string
  readonly firstUserMessage?: string
  readonly modelProvider?: string
  readonly model?: string
  readonly reasoningEffort?: string | null
  readonly createdAt?: string
  readonly source?: SessionSource
  readonly threadSource?: ThreadSource | null
  readonly agentNickname?: string | null
  readonly agentRole?: string | null
  readonly agentPath?: string | null
  readonly cwd?: string
  readonly cliVersion?: string
  readonly approvalMode?: ApprovalMode
  readonly permissionProfile?: PermissionProfile
  readonly tokenUsage?: TokenUsage
  readonly gitInfo?: GitInfo
  readonly memoryMode?: StoredMemoryMode
}

/** What a history says of where its thread comes from and when it was last written. */
interface DerivedOrigin {
  readonly forkedFromId: ThreadId | null
  readonly parentThreadId: ThreadId | null
  /** `null` while no session_meta of the thread was seen. */
  readonly historyMode: string | null
  /** The time of the last item that has one. */
  readonly lastTimestamp: string | null
}

/** Facts that only the first of their kind sets; what is known already stays. */
interface KnownMetadata {
  /** Known once the thread's first session_meta was: later ones only amend it. */
  readonly createdAt?: string | null
  readonly cwd?: string | null
  readonly preview?: string | null
  readonly title?: string | null
  readonly firstUserMessage?: string | null
}

/** Follows a history and says what each part of it changes. */
export interface MetadataDeriver {
  /** What the next items of the history change, later ones over earlier ones. */
  push(items: readonly RolloutItem[]): DerivedMetadata
  /** Takes note of facts that came from elsewhere. Empty ones are not known. */
  know(facts: KnownMetadata): void
  /** What cannot change: not what a patch would set, but what a record has to say. */
  origin(): DerivedOrigin
}

/** What a whole history says, and a deriver that goes on from its end. */
export function startDeriving(
  threadId: ThreadId,
  items: readonly RolloutItem[],
  known: KnownMetadata = {},
): { readonly derived: DerivedMetadata; readonly deriver: MetadataDeriver } {
  // A fork by reference has the history of another thread before its own first item.
  const own = Math.max(0, items.findIndex(isMetaOf(threadId)))
  const inherited = inheritedMetadata(threadId, items.slice(0, own), known)
  const { preview = known.preview ?? null } = inherited
  const deriver = createMetadataDeriver(threadId, { ...known, preview })
  return { derived: { ...inherited, ...deriver.push(items.slice(own)) }, deriver }
}

/**
 * What a thread is told of itself by the history it begins from: its preview and how it works. What
 * it is, and the first thing said in it, it says itself.
 */
export function inheritedMetadata(
  threadId: ThreadId,
  items: readonly RolloutItem[],
  known: KnownMetadata = {},
): DerivedMetadata {
  const derived = createMetadataDeriver(threadId, known).push(items)
  const fields = inheritedFields.filter((field) => derived[field] !== undefined)
  return Object.fromEntries(fields.map((field) => [field, derived[field]]))
}

const inheritedFields = [
  'preview',
  'model',
  'reasoningEffort',
  'approvalMode',
  'permissionProfile',
  'tokenUsage',
  'cwd',
] as const

function isMetaOf(threadId: ThreadId): (item: RolloutItem) => boolean {
  return (item) => item.type === 'session_meta' && readSessionMeta(item)?.threadId === threadId
}

/**
 * A deriver that has seen nothing of the history yet. Only what names the thread itself speaks of
 * its identity: a fork begins with a copy of what another thread said of itself.
 */
export function createMetadataDeriver(
  threadId: ThreadId,
  known: KnownMetadata = {},
): MetadataDeriver {
  const deriver = new Deriver(threadId)
  deriver.know(known)
  return deriver
}

/** Whether an item may change more than when its thread was last active. */
export function affectsMetadata({ type, payload }: RolloutItem): boolean {
  if (type === 'session_meta' || type === 'turn_context') return true
  if (type !== 'event_msg' || !isJsonObject(payload)) return false
  const event = payload['type']
  return event === 'item_completed' ? userItem(payload) !== null : affectingEvents.has(event)
}

const affectingEvents: ReadonlySet<unknown> = new Set([
  'token_count',
  'user_message',
  'thread_goal_updated',
  'thread_settings_applied',
])

type Writable<T> = { -readonly [K in keyof T]: T[K] }
type OnceField = keyof KnownMetadata

class Deriver implements MetadataDeriver {
  readonly #threadId: ThreadId
  readonly #seen = new Set<OnceField>()
  #origin: Omit<DerivedOrigin, 'lastTimestamp'> | null = null
  #lastTimestamp: string | null = null

  constructor(threadId: ThreadId) {
    this.#threadId = threadId
  }

  know(facts: KnownMetadata): void {
    for (const field of onceFields) if (facts[field]) this.#seen.add(field)
  }

  origin(): DerivedOrigin {
    const nothing = { forkedFromId: null, parentThreadId: null, historyMode: null }
    return { ...(this.#origin ?? nothing), lastTimestamp: this.#lastTimestamp }
  }

  push(items: readonly RolloutItem[]): DerivedMetadata {
    const derived: Writable<DerivedMetadata> = {}
    for (const item of items) this.#item(item, derived)
    return derived
  }

  #item(item: RolloutItem, derived: Writable<DerivedMetadata>): void {
    this.#lastTimestamp = parseTime(item.timestamp) ?? this.#lastTimestamp
    if (item.type === 'session_meta') this.#sessionMeta(item, derived)
    if (!isJsonObject(item.payload)) return
    if (item.type === 'turn_context') this.#turnContext(item.payload, derived)
    if (item.type === 'event_msg') this.#event(item.payload, derived)
  }

  #sessionMeta(item: RolloutItem, derived: Writable<DerivedMetadata>): void {
    const meta = readSessionMeta(item)
    if (meta === null || meta.threadId !== this.#threadId) return
    const { forkedFromId, parentThreadId, historyMode } = meta
    this.#origin ??= { forkedFromId, parentThreadId, historyMode }
    if (!this.#seen.has('createdAt')) this.#firstMeta(meta, derived)
    if (meta.gitInfo !== null) derived.gitInfo = meta.gitInfo
    if (meta.memoryMode !== null) derived.memoryMode = meta.memoryMode
  }

  /** Later lines repeat the first but for git facts and memory mode, which they are there to set. */
  #firstMeta(meta: SessionMeta, derived: Writable<DerivedMetadata>): void {
    this.#seen.add('createdAt')
    if (meta.createdAt !== null) derived.createdAt = meta.createdAt
    derived.source = meta.source
    derived.threadSource = meta.threadSource
    derived.agentNickname = meta.agentNickname
    derived.agentRole = meta.agentRole
    derived.agentPath = meta.agentPath
    if (meta.modelProvider) derived.modelProvider = meta.modelProvider
    if (meta.cliVersion) derived.cliVersion = meta.cliVersion
    if (meta.cwd) this.#cwd(meta.cwd, derived)
  }

  #turnContext(payload: JsonObject, derived: Writable<DerivedMetadata>): void {
    const cwd = textAt(payload, 'cwd')
    if (cwd) this.#once('cwd', cwd, derived)
    modelFacts(payload, payload['effort'], derived)
    const profile = payload['permission_profile'] ?? payload['sandbox_policy']
    if (isJsonObject(profile)) derived.permissionProfile = profile
  }

  #event(payload: JsonObject, derived: Writable<DerivedMetadata>): void {
    switch (textAt(payload, 'type') ?? '') {
      case 'user_message':
        this.#said(previewOfUserMessage(payload), derived)
        return
      case 'item_completed': {
        const item = userItem(payload)
        if (item !== null) this.#said(previewOfUserItem(item), derived)
        return
      }
      case 'token_count': {
        const info = payload['info']
        if (isJsonObject(info)) derived.tokenUsage = readTokenUsage(info['total_token_usage'])
        return
      }
      case 'thread_goal_updated': {
        const objective = previewOfGoal(payload)
        if (objective !== null) this.#once('preview', objective, derived)
        return
      }
      case 'thread_settings_applied':
        this.#settings(payload, derived)
        return
    }
  }

  #said({ preview, title }: UserMessagePreview, derived: Writable<DerivedMetadata>): void {
    if (preview !== null) {
      this.#once('firstUserMessage', preview, derived)
      this.#once('preview', preview, derived)
    }
    if (title !== null) this.#once('title', title, derived)
  }

  #settings(payload: JsonObject, derived: Writable<DerivedMetadata>): void {
    const settings = payload['thread_settings']
    if (!isJsonObject(settings)) return
    modelFacts(settings, effortOf(settings), derived)
    const profile = settings['permission_profile']
    if (isJsonObject(profile)) derived.permissionProfile = profile
    // Where a copied thread worked, and with whom, is not where its copy works.
    if ((payload['thread_id'] ?? this.#threadId) !== this.#threadId) return
    const provider = textAt(settings, 'model_provider_id')
    if (provider) derived.modelProvider = provider
    const cwd = textAt(settings, 'cwd')
    if (cwd) this.#cwd(cwd, derived)
  }

  #cwd(cwd: string, derived: Writable<DerivedMetadata>): void {
    this.#seen.add('cwd')
    derived.cwd = cwd
  }

  #once(field: OnceField, value: string, derived: Writable<DerivedMetadata>): void {
    if (this.#seen.has(field)) return
    this.#seen.add(field)
    derived[field] = value
  }
}

const onceFields: readonly OnceField[] = [
  'createdAt',
  'cwd',
  'preview',
  'title',
  'firstUserMessage',
]

/** A context without an effort says that the model works with its own. */
function modelFacts(
  payload: JsonObject,
  effort: JsonValue | undefined,
  derived: Writable<DerivedMetadata>,
): void {
  const { model, approval_policy: approval } = payload
  if (typeof model === 'string') derived.model = model
  derived.reasoningEffort = typeof effort === 'string' ? effort : null
  if (typeof approval === 'string' || isJsonObject(approval)) derived.approvalMode = approval
}

/** Settings name the effort themselves, or leave it to the mode they work in. */
function effortOf(settings: JsonObject): JsonValue | undefined {
  if (settings['effort'] !== undefined) return settings['effort']
  const mode = settings['collaboration_mode']
  const inMode = isJsonObject(mode) ? mode['settings'] : null
  return isJsonObject(inMode) ? inMode['reasoning_effort'] : null
}

function userItem(payload: JsonObject): JsonObject | null {
  const item = payload['item']
  return isJsonObject(item) && item['type'] === 'UserMessage' ? item : null
}
