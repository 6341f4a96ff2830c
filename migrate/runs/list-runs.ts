import { isJsonObject, type JsonObject, type JsonValue } from '../../src/protocol/json.js'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { Abortable } from '../../src/store/params.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { readRunEnds } from './read-run-log.js'
import { RUN_SOURCE } from './run-log.js'

/**
 * A run as its log tells it. `running`: its writer is live; `finished`; `stopped`, before its end,
 * for a reason; `lost`: it ended without a word; `undone`, from its first change to its last.
 */
export interface RunState {
  readonly run: ThreadId
  readonly state: 'running' | 'finished' | 'stopped' | 'lost' | 'undone'
  readonly startedAt: string
  readonly lastSeenAt: string
  /** What the run said of itself when it began. */
  readonly facts: JsonObject
  /** Threads by status, as last told; empty before the first word. */
  readonly totals: JsonObject
  readonly bytesSent: number
  /** Threads with a finding, by its code, as last told. */
  readonly findings: JsonObject
  /** Threads that were left; `null` while it runs. */
  readonly left: number | null
  /** Why it ended before its end. */
  readonly stopped: string | null
}

/** The runs that a store was the target of, newest first. */
export async function* listRuns(
  store: ThreadStore,
  { signal }: Abortable = {},
): AsyncGenerator<RunState, void, undefined> {
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<ThreadStore['listThreads']>> = await store.listThreads({
      pageSize: 50,
      cursor,
      archived: true,
      allowedSources: [RUN_SOURCE],
      ...(signal && { signal }),
    })
    for (const { threadId, createdAt } of page.items) {
      const { entries, live } = await readRunEnds(store, threadId)
      yield runState(threadId, createdAt, entries, live)
    }
    cursor = page.nextCursor
  } while (cursor !== null)
}

type Entries = Awaited<ReturnType<typeof readRunEnds>>['entries']

function runState(
  run: ThreadId,
  createdAt: string,
  entries: Entries,
  live: boolean | null,
): RunState {
  const first = entries.find(({ payload }) => payload.kind === 'started')
  const ended = entries.findLast(({ payload }) => payload.kind === 'ended')
  const told = ended ?? entries.findLast(({ payload }) => payload.kind === 'progress')
  const { kind: _kind, ...facts } = first?.payload ?? { kind: '' }
  const stopped = ended?.payload['stopped']
  const undone = entries.some(
    ({ payload }) => payload.kind === 'undone' && (payload['stopped'] ?? null) === null,
  )
  return {
    run,
    state: undone ? 'undone' : stateOf(ended, live),
    startedAt: first?.at ?? createdAt,
    lastSeenAt: entries.at(-1)?.at ?? createdAt,
    facts,
    totals: objectOf(told?.payload['totals']),
    bytesSent: numberOf(told?.payload['bytesSent']) ?? 0,
    findings: objectOf(told?.payload['findings']),
    left: numberOf(ended?.payload['left']),
    stopped: typeof stopped === 'string' ? stopped : null,
  }
}

function stateOf(ended: Entries[number] | undefined, live: boolean | null): RunState['state'] {
  if (ended === undefined) return live === false ? 'lost' : 'running'
  return typeof ended.payload['stopped'] === 'string' ? 'stopped' : 'finished'
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return value !== undefined && isJsonObject(value) ? value : {}
}

function numberOf(value: JsonValue | undefined): number | null {
  return typeof value === 'number' ? value : null
}
