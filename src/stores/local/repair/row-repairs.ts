import { isoMillis } from '../../../host/clock.js'
import type { ThreadId } from '../../../protocol/thread-id.js'
import { type RecordChange, changeRecord, changingRecords } from '../change-record.js'
import { parseRolloutName } from '../home/rollout-name.js'
import { appendIndexEntry } from '../home/session-index.js'
import type { OpenHome } from '../open-home.js'
import type { SqlRow } from '../state/table-columns.js'
import { existingColumns, updateThreadRow } from '../state/write-row.js'
import { type Repair, stateFiles } from './repair.js'

const WHERE_IT_LIES = 'let the row say where the rollout lies'
const BEING_WRITTEN = 'somebody is writing the thread'
const NO_DATABASE = 'there is no state database to write it to'
const NO_ROLLOUT = 'the thread has no rollout of its own in the home'

const asItIs: RecordChange = { change: (record) => record }

/** Repairs of what the state database and the index of names say of a thread. */
export const rowRepairs: readonly Repair[] = [
  {
    code: 'ROW_MISSING',
    does: 'gave the thread a row, made from its rollouts and its name',
    touches: stateFiles,
    run: (home, { place }) => {
      const fileName = place.split('/').at(-1) ?? ''
      const threadId = parseRolloutName(fileName)?.threadId ?? place
      return rewrite(home, threadId, async () => {
        // A database that was just made has rows for all of them.
        return (await home.stored(threadId)).row === null ? asItIs : null
      })
    },
  },
  ...['ROW_PATH_STALE', 'ARCHIVE_MISMATCH'].map((code) => ({
    code,
    does: WHERE_IT_LIES,
    touches: stateFiles,
    run: (home: OpenHome, { place }: { readonly place: ThreadId }) =>
      rewrite(home, place, async () => asItIs),
  })),
  {
    code: 'ROW_PATH_FOREIGN',
    does: WHERE_IT_LIES,
    touches: stateFiles,
    run: (home, { place }) =>
      rewrite(home, place, async () => {
        return (await home.stored(place)).rollouts.length === 0 ? NO_ROLLOUT : asItIs
      }),
  },
  {
    code: 'HISTORY_MODE_MISMATCH',
    does: 'let the row say how the rollout is written',
    touches: stateFiles,
    run: (home, { place }) =>
      rewrite(home, place, async () =>
        setting(({ historyMode, name }) => {
          // In the title or in a column of its own: where a name stands depends on the mode.
          return { history_mode: historyMode, ...(historyMode === 'paginated' ? { name } : {}) }
        }),
      ),
  },
  {
    code: 'PREVIEW_MISSING',
    does: 'filled in the preview, from the first user message',
    touches: stateFiles,
    run: (home, { place }) =>
      rewrite(home, place, async () => {
        const derived = await home.records.derived(await home.stored(place))
        const preview = derived?.preview ?? ''
        return {
          change: (record) => ({
            ...record,
            preview: record.preview || preview,
            title: record.title ?? derived?.title ?? null,
            firstUserMessage: record.firstUserMessage ?? derived?.firstUserMessage ?? null,
          }),
        }
      }),
  },
  {
    code: 'NAME_MISMATCH',
    does: 'brought the name of the row and the index of names together',
    touches: (home) => [...stateFiles(home), home.paths.sessionIndex],
    run: (home, { place }) =>
      rewrite(home, place, async () => {
        const thread = await home.stored(place)
        const { name } = await home.records.complete(thread)
        return name === thread.indexName
          ? setting(() => ({ name }))
          : { ...asItIs, alongside: () => noteName(home, place, name), indexName: () => name ?? '' }
      }),
  },
]

/** A change, `null` when there is nothing to change any more, or why nothing can be. */
type Wanted = RecordChange | string | null

/** Changes a thread's row while nobody else writes the thread. */
async function rewrite(
  home: OpenHome,
  threadId: ThreadId,
  how: () => Promise<Wanted>,
): Promise<string | null> {
  if (home.state.connection() === null) return NO_DATABASE
  const lock = await home.locks.tryAcquire(threadId)
  if (lock === null) return BEING_WRITTEN
  try {
    return await changingRecords(home, async () => {
      const wanted = await how()
      if (wanted === null || typeof wanted === 'string') return wanted
      await changeRecord(home, threadId, wanted)
      return null
    })
  } finally {
    await lock.release()
  }
}

/** A change of columns that leaves the record what it is. */
function setting(columns: (record: Parameters<RecordChange['change']>[0]) => SqlRow): RecordChange {
  return {
    ...asItIs,
    alongside: (_before, after, db) => {
      updateThreadRow(db, after.threadId, existingColumns(db, 'threads', columns(after)))
    },
  }
}

function noteName(home: OpenHome, threadId: ThreadId, name: string | null): void {
  const updatedAt = isoMillis(home.clock.now())
  appendIndexEntry(home.paths.sessionIndex, { threadId, name, updatedAt })
}
