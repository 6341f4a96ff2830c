import { existsSync, realpathSync } from 'node:fs'
import type { ThreadRecord } from '../../../store/records.js'
import { type HomeThread, rowPath } from '../home-index.js'
import { insideHome } from '../home/home-paths.js'
import { parseRolloutName } from '../home/rollout-name.js'
import type { RolloutEntry } from '../home/rollout-tree.js'
import type { OpenHome } from '../open-home.js'
import type { SqlRow } from '../state/table-columns.js'
import type { HomeFindingCode } from './home-findings.js'

/** What is wrong with the row of a thread that has rollouts. */
export async function rowProblems(
  home: OpenHome,
  thread: HomeThread & { readonly row: SqlRow },
  current: RolloutEntry,
  record: ThreadRecord,
): Promise<HomeFindingCode[]> {
  const { row, indexName } = thread
  const found: HomeFindingCode[] = []
  const namesOther = pathProblem(thread.threadId, row)
  if (namesOther !== null) found.push(namesOther)
  else if (!isPlaceOf(rowPath(row), current.path)) found.push('ROW_PATH_STALE')
  if ((row['archived'] === 1) !== current.archived) found.push('ARCHIVE_MISMATCH')
  if ('history_mode' in row && row['history_mode'] !== record.historyMode) {
    found.push('HISTORY_MODE_MISMATCH')
  }
  if (row['preview'] === '') {
    const derived = await home.records.derived(thread)
    found.push(derived?.preview ? 'PREVIEW_MISSING' : 'NEVER_LISTED')
  }
  const isNamed = indexName !== undefined && indexName.trim() !== ''
  if (isNamed && (indexName !== record.name || lacksName(row))) found.push('NAME_MISMATCH')
  return found
}

/** Of a paginated thread Codex knows the name from this column alone; a rebuilt row has none. */
function lacksName(row: SqlRow): boolean {
  return row['history_mode'] === 'paginated' && 'name' in row && row['name'] === null
}

/** Whether a path leads to a file, be it through a link to the home. */
function isPlaceOf(path: string | null, file: string): boolean {
  return path === file || (path !== null && realPath(path) === realPath(file))
}

/** What is wrong with the row of a thread that has no rollout in the home. */
export function lostRowProblem(home: OpenHome, { threadId, row }: HomeThread): HomeFindingCode {
  const path = rowPath(row)
  const real = path === null ? null : realPath(path)
  if (real !== null && insideHome(home.paths.home, real) === null) return 'ROW_PATH_OUTSIDE'
  return pathProblem(threadId, row) ?? 'ROLLOUT_MISSING'
}

function pathProblem(threadId: string, row: SqlRow | null): 'ROW_PATH_FOREIGN' | null {
  const fileName = rowPath(row)?.split(/[/\\]/).at(-1)
  const named = fileName === undefined ? null : parseRolloutName(fileName)
  return named !== null && named.threadId !== threadId ? 'ROW_PATH_FOREIGN' : null
}

/** Where a path leads, `null` when nothing is there. */
function realPath(path: string): string | null {
  return existsSync(path) ? realpathSync(path) : null
}
