import { printRolloutLine } from '../../src/history/rollout-line.js'
import { applyPatch } from '../../src/store/metadata-patch.js'
import type { StoredThread, ThreadRecord } from '../../src/store/records.js'
import { chunksOf } from '../build/chunks.js'
import { bareImport, importedRecord } from '../build/imports.js'
import { agentMessage, compacted, rolledBack, turn, userMessage } from '../build/items.js'
import { type CreateOverrides, creating } from '../build/params.js'
import { equal, rejectionOf } from '../expect.js'
import { recordOf } from '../observe.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { Step } from './steps.js'
import {
  type Entry,
  type ModelThread,
  type World,
  attempt,
  handleOf,
  isLive,
  newRollout,
  unseen,
  unwritable,
} from './world.js'

/** The record without the path, which belongs to a store that has paths. */
export function comparable(record: StoredThread | ThreadRecord): ThreadRecord {
  const { history: _h, rollouts: _r, ...rest } = { history: null, rollouts: null, ...record }
  return { ...rest, rolloutPath: null }
}

/** Batches by number: nothing, messages, whole turns, rollbacks and compactions. */
function itemsOf(world: World, n: number): RolloutItem[] {
  world.count += 1
  const label = `i${world.count}`
  const kinds = [
    [],
    [userMessage(label)],
    [userMessage(label), agentMessage(label)],
    turn(`turn-${label}`, label, world.count),
    [rolledBack(1 + (n % 2))],
    [compacted(label)],
    [userMessage(label), userMessage(label)],
  ]
  return kinds[n % kinds.length] ?? []
}

const providers = ['openai', 'azure']

export async function create(world: World, step: Step): Promise<void> {
  const { slot, on, flag, n } = step
  await begin(world, step, {
    historyMode: flag && world.context.supports.lineage ? 'paginated' : 'legacy',
    metadata: { cwd: ['/a', '/a/', '/b'][n % 3] ?? '', modelProvider: providers[n % 2] ?? '' },
    ...(n % 3 === 0 && { source: { custom: 'atlas' }, extraConfig: { n } }),
    ...(n % 5 === 0 && { forkedFromId: world.ids[0] ?? '', threadSource: 'user' }),
  })
  const thread = world.threads[slot]
  if (thread?.writer === on && thread.entries.length === 0) thread.entries = [metaOf(thread)]
}

/** Begins a thread where another one stands, or stood. */
export async function fork(world: World, step: Step): Promise<void> {
  const { slot, on, n } = step
  const parent = world.threads[(slot + 1) % world.threads.length] ?? null
  const base = parent && (await baseIn(world, parent, on, n))
  if (base === null) return
  const before = world.threads[slot]
  await begin(world, step, { base: base.place })
  const thread = world.threads[slot]
  if (!thread || thread === before) return
  thread.entries = [...base.kept, metaOf(thread)]
  beginsFrom(world, thread, base.kept)
}

function metaOf({ rollouts }: ModelThread): Entry {
  return { item: null, rollout: rollouts.at(-1) ?? '' }
}

function beginsFrom(world: World, { rollouts }: ModelThread, kept: readonly Entry[]): void {
  const [own, from] = [rollouts.at(-1), kept.at(-1)?.rollout]
  if (own !== undefined && from !== undefined) world.bases.set(own, from)
}

async function begin(world: World, { slot, on }: Step, overrides: CreateOverrides): Promise<void> {
  const store = await handleOf(world, on)
  const threadId = world.ids[slot] ?? ''
  const known = world.threads[slot] ?? null
  const refusal = isLive(known) ? 'CONFLICT already-live' : 'CONFLICT already-exists'
  const params = creating(threadId, overrides)
  const made = await attempt([known !== null && refusal], () => store.createThread(params))
  if (made === null) return
  // A lazy store may forget what was never used; what it then does is LIFE-20 and LIFE-21.
  await store.persistThread({ threadId })
  const record = comparable(await recordOf(store, threadId))
  const { cwd, modelProvider } = params.metadata
  const { source, extraConfig = null, forkedFromId = null, threadSource = null } = params
  const given = { threadId, cwd, modelProvider, source, extraConfig, forkedFromId, threadSource }
  equal(record, { ...record, ...given, archivedAt: null, name: null, title: null, preview: '' })
  const rollouts = [newRollout(world)]
  world.threads[slot] = { threadId, record, writer: on, entries: [], rollouts }
}

/** A place in the history of a paginated thread, as calls name it and as the model has it. */
async function baseIn(
  world: World,
  thread: ModelThread,
  on: number,
  n: number,
): Promise<{
  readonly place: { readonly rolloutId: string; readonly endOrdinalExclusive: number }
  readonly kept: readonly Entry[]
} | null> {
  if (thread.record.historyMode !== 'paginated') return null
  const store = await handleOf(world, on)
  const { threadId, entries } = thread
  const { position, items } = await store.loadHistory({ threadId, includeArchived: true })
  const index = 1 + (n % items.length)
  const endOrdinalExclusive = items[index]?.ordinal ?? position?.endOrdinalExclusive ?? 0
  const place = { rolloutId: position?.rolloutId ?? '', endOrdinalExclusive }
  return { place, kept: entriesOf(items.slice(0, index), entries) }
}

/** The model’s entries for what a read saw: a store may have written more session_metas than one. */
function entriesOf(items: readonly RolloutItem[], entries: readonly Entry[]): readonly Entry[] {
  const rest = [...entries]
  let rollout = entries[0]?.rollout ?? ''
  return items.map(({ type }) => {
    if (type !== 'session_meta') while (rest[0]?.item === null) rest.shift()
    // A meta that the model does not have belongs to the rollout it stands in.
    const isOurs = type !== 'session_meta' || rest[0]?.item === null
    const known = isOurs ? rest.shift() : undefined
    const entry = known ?? { item: null, rollout }
    rollout = entry.rollout
    return entry
  })
}

export async function importThread(world: World, { slot, on, n }: Step): Promise<void> {
  const store = await handleOf(world, on)
  const threadId = world.ids[slot] ?? ''
  const known = world.threads[slot] ?? null
  const item = userMessage(`imported ${n}`)
  const params = bareImport(threadId, chunksOf(printRolloutLine(item)), { name: `n${n}` })
  const refusal = isLive(known) ? 'CONFLICT already-live' : 'CONFLICT different-content'
  const done = await attempt([known !== null && refusal], () => store.importThread(params))
  if (done === null) return
  const record = comparable(importedRecord(threadId, { name: `n${n}` }))
  const rollout = newRollout(world)
  const entries = [{ item, rollout }]
  world.threads[slot] = { threadId, record, writer: null, entries, rollouts: [rollout] }
}

export async function revert(world: World, { slot, on, n }: Step): Promise<void> {
  const thread = world.threads[slot] ?? null
  const base = thread && (await baseIn(world, thread, on, n))
  if (thread === null || base === null) return
  const store = await handleOf(world, on)
  const params = { threadId: thread.threadId, base: base.place }
  const done = await attempt([isLive(thread) && 'CONFLICT already-live'], () =>
    store.revertThread(params),
  )
  if (done === null) return
  equal(comparable(done.value), thread.record, 'a revert changes nothing of the record')
  thread.rollouts = [...thread.rollouts, newRollout(world)]
  thread.entries = [...base.kept, metaOf(thread)]
  beginsFrom(world, thread, base.kept)
}

export async function deleteThread(world: World, { slot, on }: Step): Promise<void> {
  const store = await handleOf(world, on)
  const thread = world.threads[slot] ?? null
  const own = thread?.rollouts ?? []
  const others = world.threads.filter((one) => one !== null && one !== thread)
  const needed = others.some((other) =>
    other?.rollouts.some((rollout) => own.includes(world.bases.get(rollout) ?? '')),
  )
  const done = await attempt(
    [
      ...unseen(thread, true),
      isLive(thread) && 'CONFLICT already-live',
      needed && 'CONFLICT referenced',
    ],
    () => store.deleteThread({ threadId: world.ids[slot] ?? '' }),
  )
  if (done !== null) world.threads[slot] = null
}

export async function resume(world: World, { slot, on, flag }: Step): Promise<void> {
  const store = await handleOf(world, on)
  const thread = world.threads[slot] ?? null
  const refusals = [...unseen(thread, flag), isLive(thread) && ('CONFLICT already-live' as const)]
  const params = { threadId: world.ids[slot] ?? '', includeArchived: flag }
  const done = await attempt(refusals, () => store.resumeThread(params))
  if (done !== null && thread !== null) thread.writer = on
}

export async function append(world: World, step: Step): Promise<void> {
  const { slot, on, n } = step
  const store = await handleOf(world, on)
  const thread = world.threads[slot] ?? null
  const items = n % 8 === 7 ? step.items : itemsOf(world, n)
  const done = await attempt(unwritable(thread, on), () =>
    store.appendItems({ threadId: world.ids[slot] ?? '', items }),
  )
  if (done === null || thread === null) return
  const rollout = thread.rollouts.at(-1) ?? ''
  thread.entries = [...thread.entries, ...items.map((item) => ({ item, rollout }))]
}

/** `persistThread`, `flushThread` and `shutdownThread`. */
export async function settle(world: World, { deed, slot, on }: Step): Promise<void> {
  const store = await handleOf(world, on)
  const thread = world.threads[slot] ?? null
  const params = { threadId: world.ids[slot] ?? '' }
  const done = await attempt(unwritable(thread, on), () => {
    if (deed === 'persist') return store.persistThread(params)
    return deed === 'flush' ? store.flushThread(params) : store.shutdownThread(params)
  })
  if (done !== null && thread !== null && deed === 'shutdown') thread.writer = null
}

/** What was not flushed may be gone after a discard, so it is flushed first. */
export async function discard(world: World, { slot, on }: Step): Promise<void> {
  const store = await handleOf(world, on)
  const thread = world.threads[slot] ?? null
  const params = { threadId: world.ids[slot] ?? '' }
  if (thread?.writer === on) await store.flushThread(params)
  await store.discardThread(params)
  if (thread?.writer === on) thread.writer = null
}

export async function patch(world: World, step: Step): Promise<void> {
  const { slot, flag } = step
  const thread = world.threads[slot] ?? null
  const params = { threadId: world.ids[slot] ?? '', patch: step.patch, includeArchived: flag }
  const done = await changing(world, step, unseen(thread, flag), (store) =>
    store.updateThreadMetadata(params),
  )
  if (done === null || thread === null) return
  thread.record = applyPatch(thread.record, step.patch)
  equal(comparable(done.value), thread.record)
}

export async function archive(world: World, step: Step): Promise<void> {
  const { slot, on } = step
  const thread = world.threads[slot] ?? null
  const params = { threadId: world.ids[slot] ?? '' }
  const done = await changing(world, step, unseen(thread, false), (store) =>
    store.archiveThread(params),
  )
  if (done === null || thread === null) return
  const { archivedAt } = await recordOf(await handleOf(world, on), thread.threadId)
  equal(typeof archivedAt, 'string', 'an archived thread says when that was')
  thread.record = { ...thread.record, archivedAt }
}

export async function unarchive(world: World, step: Step): Promise<void> {
  const thread = world.threads[step.slot] ?? null
  const params = { threadId: world.ids[step.slot] ?? '' }
  const standing = thread?.record.archivedAt === null
  const refusals = standing ? (['INVALID_REQUEST not-archived'] as const) : unseen(thread, true)
  const done = await changing(world, step, refusals, (store) => store.unarchiveThread(params))
  if (done === null || thread === null) return
  const { updatedAt } = done.value
  thread.record = { ...thread.record, archivedAt: null, updatedAt }
  equal(comparable(done.value), thread.record)
}

/** A change of a record that another handle may be writing: its store may leave it to that one. */
async function changing<T>(
  world: World,
  { slot, on }: Step,
  refusals: Parameters<typeof attempt>[0],
  call: (store: World['handles'][number]) => Promise<T>,
): Promise<{ readonly value: T } | null> {
  const store = await handleOf(world, on)
  const thread = world.threads[slot] ?? null
  const elsewhere = isLive(thread) && thread?.writer !== on
  if (!elsewhere) return attempt(refusals, () => call(store))
  try {
    return await attempt(refusals, () => call(store))
  } catch (reason) {
    if (rejectionOf(reason) !== 'CONFLICT already-live') throw reason
    return null
  }
}
