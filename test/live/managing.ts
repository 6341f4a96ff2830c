import { onTestFinished } from 'vitest'
import type { Clock } from '../../src/host/clock.js'
import {
  type CodexThread,
  lastUserText,
  type ModelRequest,
  type Script,
  scriptedModelClient,
  type ThreadEvent,
  ThreadManager,
  type ThreadManagerOptions,
} from '../../src/manager/index.js'
import { isJsonObject, type JsonObject } from '../../src/protocol/json.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import { storeVerbs, type StoreVerb, type ThreadStore } from '../../src/store/thread-store.js'
import { theSubject } from './subject.js'

/** A thread of an id that no store knows. */
export const unknownId = '01a20320-6d70-7852-b50d-7785b67ce898'

export const echo: Script = (request) => ({ text: `reply to: ${lastUserText(request)}` })

/** Stands still, and lets nobody wait. */
const clock: Clock = { now: () => Date.UTC(2026, 10, 22), sleep: () => Promise.resolve() }

type Wrap = (store: ThreadStore) => ThreadStore

/** What a manager under test is given that is not the same for all. */
interface ManagingOptions extends Partial<Omit<ThreadManagerOptions, 'store' | 'model'>> {
  /** Stands between the manager and the store, to make it fail or to hide a claim. */
  readonly wrap?: Wrap
  /** The storage of another manager. */
  readonly scope?: string
}

type Verbs = Record<StoreVerb, (params: never) => Promise<unknown>>

/** A store that writes down what it is asked. */
function recording(store: ThreadStore): {
  readonly calls: StoreVerb[]
  readonly store: ThreadStore
} {
  const calls: StoreVerb[] = []
  const verbs = storeVerbs.map((verb) => [
    verb,
    (params: never): Promise<unknown> => {
      calls.push(verb)
      return (store as unknown as Verbs)[verb](params)
    },
  ])
  return { calls, store: { ...store, ...Object.fromEntries(verbs) } as ThreadStore }
}

/** A manager, what its store and its model were asked, and the way to the next process. */
export interface Managed {
  readonly manager: ThreadManager
  readonly store: ThreadStore
  readonly calls: StoreVerb[]
  readonly asked: ModelRequest[]
  readonly scope: string
  /** Lets go of the storage and loads it again, as the next process does. */
  readonly restarted: (script?: Script) => Promise<Managed>
}

let scopes = 0

/** A manager over fresh storage. */
export async function managing(
  script: Script = echo,
  options: ManagingOptions = {},
): Promise<Managed> {
  const { wrap = (store) => store, scope = nextScope(), ...more } = options
  const subject = theSubject()
  const known = options.scope !== undefined
  const opened = (known && (await subject.reopen?.({ scope }))) || (await subject.open({ scope }))
  onTestFinished(() => opened.close().catch(() => {}))
  const { store, calls } = recording(wrap(opened))
  const asked: ModelRequest[] = []
  const model = scriptedModelClient((request) => {
    asked.push(request)
    return script(request)
  })
  const paths = subject.pathsOf?.(opened) ?? null
  const config = { model: 'scripted' }
  const manager = new ThreadManager({ clock, config, paths, ...more, store, model })
  const restarted = async (next: Script = script): Promise<Managed> => {
    await opened.close()
    return managing(next, { ...options, scope })
  }
  return { manager, store, calls, asked, scope, restarted }
}

/** A name for fresh storage. */
export function nextScope(): string {
  scopes += 1
  return `live_${process.pid}_${scopes}`
}

/** A manager with a loaded thread, and everything that thread says. */
interface Loaded extends Managed {
  readonly thread: CodexThread
  /** Shuts the thread down and returns all it said. */
  readonly heard: () => Promise<JsonObject[]>
}

export async function loaded(script?: Script, options?: ManagingOptions): Promise<Loaded> {
  const managed = await managing(script, options)
  const thread = await managed.manager.startThread()
  const events: ThreadEvent[] = []
  const listening = follow(thread, events)
  const heard = async (): Promise<JsonObject[]> => {
    await thread.shutdown()
    await listening
    return events.map(({ msg }) => msg)
  }
  return { ...managed, thread, heard }
}

async function follow(thread: CodexThread, into: ThreadEvent[]): Promise<void> {
  for await (const event of thread.events()) into.push(event)
}

/** Waits for an event of a type, from now on. */
export async function until(thread: CodexThread, type: string): Promise<void> {
  for await (const { msg } of thread.events()) if (msg.type === type) return
}

/** The types of items, those of events and response items where they say more. */
export function labels(items: readonly RolloutItem[]): string[] {
  return items.map(({ type, payload }) => {
    const kind = isJsonObject(payload) ? payload['type'] : null
    return typeof kind === 'string' ? kind : type
  })
}

/** What a request shows the model, as text. */
export function inputTexts(request: ModelRequest | undefined): string[] {
  return (request?.input ?? []).map(({ content }) => {
    const parts = Array.isArray(content) ? (content as readonly JsonObject[]) : []
    return parts.map(({ text }) => (typeof text === 'string' ? text : '')).join('')
  })
}

/** A thread's items, as the store has them. */
export async function itemsOf(
  store: ThreadStore,
  { threadId }: { readonly threadId: string },
): Promise<readonly RolloutItem[]> {
  return (await store.loadHistory({ threadId })).items
}

/** The same without what the thread began with. */
export async function historyOf(
  store: ThreadStore,
  thread: { readonly threadId: string },
): Promise<readonly RolloutItem[]> {
  return (await itemsOf(store, thread)).slice(1)
}
