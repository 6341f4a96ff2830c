import { isoMillis } from '../../../host/clock.js'
import type { ThreadId } from '../../../protocol/thread-id.js'
import { type RecordChange, changeRecord, changingRecords } from '../change-record.js'
import { parseRolloutName } from '../home/rollout-name.js'
import { appendIndexEntry } from '../home/session-index.js'
import type { OpenHome } from '../open-home.js'
import type { SqlRow } from '../state/table-columns.js'
import { existingColumns, updateThreadRow } from '../state/write-row.js'
import { type Repair, stateFiles } from './repair.js'

const asItIs: RecordChange = { change: (record) => record }

/** Repairs of what the state database and the index of names say of a thread. */
export const rowRepairs: readonly Repair[] = [
  {
    code: 'ROW_MISSING',
    does: 'gave the thread a row, made from its rollouts and its name',
    touches: stateFiles,
    run: (home, { place }) => {
      const fileName = place.split('/').at(-1) ?? ''
      return rewrite(home, parseRolloutName(fileName)?.threadId ?? place, async () => asItIs)
    },
  },
  ...['ROW_PATH_STALE', 'ROW_PATH_FOREIGN', 'ARCHIVE_MISMATCH'].map((code) => ({
    code,
    does: 'let the row say where the rollout lies',
    touches: stateFiles,
    run: (home: OpenHome, { place }: { readonly place: ThreadId }) =>
      rewrite(home, place, async () => asItIs),
  })),
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

const BEING_WRITTEN = 'somebody is writing the thread'
const NO_ROLLOUT = 'the thread has no rollout of its own in the home'

/** Changes a thread's row while nobody else writes the thread. */
async function rewrite(
  home: OpenHome,
  threadId: ThreadId,
  how: () => Promise<RecordChange>,
): Promise<string | null> {
  const lock = await home.locks.tryAcquire(threadId)
  if (lock === null) return BEING_WRITTEN
  try {
    return await changingRecords(home, async () => {
      if ((await home.stored(threadId)).rollouts.length === 0) return NO_ROLLOUT
      await changeRecord(home, threadId, await how())
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
