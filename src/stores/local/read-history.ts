import { statSync } from 'node:fs'
import { createTurnFolder } from '../../history/fold-turns.js'
import { OrdinalCounter } from '../../history/ordinals.js'
import { parseRolloutLine } from '../../history/rollout-line.js'
import { createLineSplitter } from '../../history/split-lines.js'
import type { HistoryPosition, RolloutItem } from '../../protocol/rollout-item.js'
import type { RolloutId, ThreadId } from '../../protocol/thread-id.js'
import type { StoredTurn, TurnItemsView } from '../../protocol/turn.js'
import { ThreadStoreError, missingBase } from '../../store/errors.js'
import { requireKnownHistoryMode } from '../../store/history-mode.js'
import {
  type BaseLookup,
  type LineageSegment,
  fetchBases,
  resolveLineage,
} from '../../store/lineage.js'
import type { StoredThreadHistory } from '../../store/records.js'
import type { HomeIndex } from './home-index.js'
import { unreadable } from './home/unreadable.js'
import { readRolloutBytes } from './home/rollout-bytes.js'
import type { RolloutHeads } from './home/rollout-head.js'
import type { RolloutEntry } from './home/rollout-tree.js'

const LINE_FEED = 0x0a

/** What reading histories takes. */
export interface HistorySources {
  readonly index: HomeIndex
  readonly heads: RolloutHeads
}

/** Where a history is read from: a thread and the rollout it ends with. */
export interface HistoryPlace {
  readonly threadId: ThreadId
  /** `null` when the thread has lost its files. */
  readonly current: RolloutEntry | null
  /** Where in that rollout the history ends. @defaultValue where the rollout does */
  readonly end?: HistoryPosition
}

/** An item with its place in the lineage. */
interface PlacedItem {
  readonly item: RolloutItem
  readonly ordinal: number
}

/** A stretch of a rollout's file that a history runs through. */
interface FileSegment {
  readonly entry: RolloutEntry
  readonly base: HistoryPosition | null
  /** Bytes of the rollout that count; `null` for a compressed one that counts to its end. */
  readonly byteCount: number | null
  /** Another rollout begins where it ends. */
  readonly isBase: boolean
}

/** The whole history of a thread, its lineage resolved. */
export async function loadHistory(
  sources: HistorySources,
  place: HistoryPlace,
): Promise<StoredThreadHistory> {
  const items: RolloutItem[] = []
  const position = await readItems(sources, place, ({ item }) => items.push(item))
  return { threadId: place.threadId, items, position }
}

/** The turns of a thread; items that the view leaves out are not held in memory. */
export async function loadTurns(
  sources: HistorySources,
  place: HistoryPlace,
  view: TurnItemsView,
): Promise<StoredTurn[]> {
  const folder = createTurnFolder(view)
  await readItems(sources, place, ({ item, ordinal }) => folder.push(item, ordinal))
  return folder.finish()
}

async function readItems(
  sources: HistorySources,
  { threadId, current, end }: HistoryPlace,
  onItem: (placed: PlacedItem) => void,
): Promise<HistoryPosition> {
  if (current === null) throw missingRollout(threadId)
  const segments = await fileSegments(sources, threadId, current, end)
  let position: HistoryPosition | null = null
  for (const segment of segments) position = await readSegment(segment, onItem)
  if (position === null) throw missingRollout(threadId)
  return position
}

/** Finds the files of a lineage, oldest first, and how much of each counts. */
async function fileSegments(
  sources: HistorySources,
  threadId: ThreadId,
  current: RolloutEntry,
  until: HistoryPosition | undefined,
): Promise<FileSegment[]> {
  // What is appended while the lineage is read belongs to a later reading.
  const size = current.compressed ? null : sizeOf(current.path)
  const baseOf = await basesOf(sources, threadId, current)
  return resolveLineage(threadId, current.rolloutId, baseOf).map(({ rolloutId, end }) => {
    const entry = entryOf(sources, current, rolloutId)
    if (entry === null) throw missingBase(threadId, rolloutId)
    const stop = end ?? until ?? null
    const byteCount = stop === null ? size : stop.endByteOffset
    return { entry, base: baseOf(rolloutId) ?? null, byteCount, isBase: stop !== null }
  })
}

/** The rollouts that a history runs through, oldest first. */
export async function lineageOf(
  sources: HistorySources,
  threadId: ThreadId,
  current: RolloutEntry,
): Promise<LineageSegment[]> {
  const baseOf = await basesOf(sources, threadId, current)
  return resolveLineage(threadId, current.rolloutId, baseOf)
}

function basesOf(
  sources: HistorySources,
  threadId: ThreadId,
  current: RolloutEntry,
): Promise<BaseLookup> {
  return fetchBases(current.rolloutId, async (rolloutId) => {
    const entry = entryOf(sources, current, rolloutId)
    if (entry === null) return undefined
    const head = await sources.heads.head(entry)
    requireKnownHistoryMode({ threadId, historyMode: head?.historyMode ?? 'legacy' })
    return head?.historyBase ?? null
  })
}

function entryOf(
  { index }: HistorySources,
  current: RolloutEntry,
  rolloutId: RolloutId,
): RolloutEntry | null {
  return rolloutId === current.rolloutId ? current : index.rollout(rolloutId)
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch (reason) {
    throw unreadable(path, reason)
  }
}

/** Reads the items of a segment and says where it ends. */
async function readSegment(
  { entry, base, byteCount, isBase }: FileSegment,
  onItem: (placed: PlacedItem) => void,
): Promise<HistoryPosition> {
  const ordinals = new OrdinalCounter(base)
  let endByteOffset = 0
  let endsLine = true
  const splitter = createLineSplitter(({ bytes, offset, length, terminated }) => {
    endsLine = terminated
    endByteOffset = offset + length + Number(terminated)
    const parsed = bytes === null ? null : parseRolloutLine(bytes)
    if (parsed === null || !('item' in parsed)) return
    onItem({ item: parsed.item, ordinal: ordinals.count(parsed.item) })
  })
  const range = byteCount === null ? {} : { to: byteCount }
  for await (const chunk of readRolloutBytes(entry, range)) splitter.push(chunk)
  splitter.end()
  if (isBase && !endsLine && !(await endsTornLine(entry, endByteOffset))) {
    throw cutInsideLine(entry, endByteOffset)
  }
  return { rolloutId: entry.rolloutId, endOrdinalExclusive: ordinals.next, endByteOffset }
}

/** Whether a line without its line feed was the last one when a rollout began behind it. */
async function endsTornLine(entry: RolloutEntry, offset: number): Promise<boolean> {
  for await (const chunk of readRolloutBytes(entry, { from: offset })) return chunk[0] === LINE_FEED
  return true
}

/** The error for a thread whose row is all that is left of it. */
export function missingRollout(threadId: ThreadId): ThreadStoreError {
  return new ThreadStoreError(
    'INTERNAL',
    `thread ${threadId} is known, but its rollout is missing`,
    { reason: 'damaged', threadId },
  )
}

function cutInsideLine(entry: RolloutEntry, byteCount: number): ThreadStoreError {
  return new ThreadStoreError(
    'INTERNAL',
    `a history goes on from byte ${byteCount} of rollout ${entry.rolloutId}, which is inside a line`,
    { reason: 'damaged', threadId: entry.threadId },
  )
}
