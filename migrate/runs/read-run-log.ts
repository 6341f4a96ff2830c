import { parseRolloutLine } from '../../src/history/rollout-line.js'
import { splitLines } from '../../src/history/split-lines.js'
import { isJsonObject, type JsonObject } from '../../src/protocol/json.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { RUN_ITEM } from './run-log.js'

/** A line of a run's log. */
interface RunEntry {
  readonly at: string
  readonly payload: JsonObject & { readonly kind: string }
}

/** The whole log of a run, as a stream where the store can give one. */
export async function* readRunLog(
  store: ThreadStore,
  run: ThreadId,
): AsyncGenerator<RunEntry, void, undefined> {
  if (!store.supports.rawHistory) {
    const { items } = await store.loadHistory({ threadId: run, includeArchived: true })
    yield* entries(items)
    return
  }
  const [rollout] = (await store.exportThread({ threadId: run })).rollouts
  if (rollout !== undefined) yield* entriesOf(rollout.read())
}

/** Bytes at the end of a log in which the newest progress is found. */
const TAIL_BYTES = 256 * 1024

/** The beginning and the end of a log, whatever lies between; the same entry may be in both. */
export async function readRunEnds(
  store: ThreadStore,
  run: ThreadId,
): Promise<{ readonly entries: readonly RunEntry[]; readonly live: boolean | null }> {
  if (!store.supports.rawHistory) {
    const { items } = await store.loadHistory({ threadId: run, includeArchived: true })
    return { entries: [...entries(items)], live: null }
  }
  const { rollouts, live } = await store.exportThread({ threadId: run })
  const [rollout] = rollouts
  const found: RunEntry[] = []
  if (rollout !== undefined) {
    for await (const entry of entriesOf(rollout.read())) {
      found.push(entry)
      break
    }
    const from = Math.max(0, rollout.byteCount - TAIL_BYTES)
    for await (const entry of entriesOf(rollout.read(from))) found.push(entry)
  }
  return { entries: found, live }
}

/** Lines that are no entries are passed over: the first of a tail is cut in two. */
async function* entriesOf(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<RunEntry, void, undefined> {
  for await (const { bytes } of splitLines(chunks)) {
    if (bytes === null) continue
    const parsed = parseRolloutLine(bytes)
    if ('item' in parsed) yield* entries([parsed.item])
  }
}

function* entries(items: readonly RolloutItem[]): Generator<RunEntry, void, undefined> {
  for (const { type, payload, timestamp } of items) {
    if (type !== RUN_ITEM || payload === undefined || !isJsonObject(payload)) continue
    const { kind } = payload
    if (typeof kind === 'string') yield { at: timestamp ?? '', payload: { ...payload, kind } }
  }
}
