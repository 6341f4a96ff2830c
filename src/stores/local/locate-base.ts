import { OrdinalCounter } from '../../history/ordinals.js'
import { parseRolloutLine } from '../../history/rollout-line.js'
import { splitLines } from '../../history/split-lines.js'
import type { HistoryPosition } from '../../protocol/rollout-item.js'
import type { RolloutId } from '../../protocol/thread-id.js'
import { type BaseCandidate, locateBase, positionOfBase } from '../../store/lineage.js'
import type { HistoryBase } from '../../store/params.js'
import { readRolloutBytes } from './home/rollout-bytes.js'
import { nextOrdinal } from './home/rollout-end.js'
import type { RolloutEntry } from './home/rollout-tree.js'
import type { HistorySources } from './read-history.js'

interface Candidate extends BaseCandidate {
  readonly entry: RolloutEntry
}

const LINE_FEED = 0x0a

/** The place a base means. Where its byte offset is given, only that place is looked at. */
export async function placeOfBase(
  sources: HistorySources,
  base: HistoryBase,
): Promise<HistoryPosition> {
  const candidates = await candidatesFrom(sources, base.rolloutId)
  const rolloutId = locateBase(base, (id) => candidates.get(id))
  const candidate = candidates.get(rolloutId)
  if (candidate === undefined) throw new TypeError(`rollout ${rolloutId} was not looked up`)
  return positionOfBase(base, rolloutId, await byteOffsetOf(candidate, base, rolloutId))
}

/** A rollout and all its bases, with what choosing among them takes. */
async function candidatesFrom(
  { index, heads }: HistorySources,
  rolloutId: RolloutId,
): Promise<Map<RolloutId, Candidate>> {
  const found = new Map<RolloutId, Candidate>()
  for (let id: RolloutId | undefined = rolloutId; id !== undefined && !found.has(id);) {
    const entry = index.rollout(id)
    if (entry === null) break
    const head = await heads.head(entry)
    const base = head?.historyBase ?? null
    const historyMode = head?.historyMode ?? 'legacy'
    const endOrdinal = historyMode === 'paginated' ? await nextOrdinal(entry, base) : 0
    found.set(id, { entry, base, historyMode, endOrdinal })
    id = base?.rolloutId
  }
  return found
}

async function byteOffsetOf(
  { entry, base: begins }: Candidate,
  base: HistoryBase,
  rolloutId: RolloutId,
): Promise<number | null> {
  const { endOrdinalExclusive: ordinal, endByteOffset: offset } = base
  const given = rolloutId === base.rolloutId ? offset : undefined
  if (given !== undefined && (await beginsItem(entry, given, ordinal))) return given
  return findOrdinal(entry, begins, ordinal)
}

/** Whether the item of an ordinal begins at a byte, or would if it were appended next. */
async function beginsItem(entry: RolloutEntry, offset: number, ordinal: number): Promise<boolean> {
  if (offset > 0) {
    const range = { from: offset - 1, to: offset }
    for await (const chunk of readRolloutBytes(entry, range)) {
      if (chunk[0] !== LINE_FEED) return false
    }
  }
  for await (const { bytes } of splitLines(readRolloutBytes(entry, { from: offset }))) {
    const parsed = bytes === null ? null : parseRolloutLine(bytes)
    return parsed !== null && 'item' in parsed && parsed.item.ordinal === ordinal
  }
  return false
}

async function findOrdinal(
  entry: RolloutEntry,
  base: HistoryPosition | null,
  ordinal: number,
): Promise<number | null> {
  const ordinals = new OrdinalCounter(base)
  let end = 0
  for await (const { bytes, offset, length, terminated } of splitLines(readRolloutBytes(entry))) {
    end = offset + length + Number(terminated)
    const parsed = bytes === null ? null : parseRolloutLine(bytes)
    if (parsed === null || !('item' in parsed)) continue
    if (ordinals.count(parsed.item) === ordinal) return offset
  }
  return ordinals.next === ordinal ? end : null
}
