import { basename } from 'node:path'
import { ensureState } from '../ensure-state.js'
import type { OpenHome } from '../open-home.js'
import { unreachableFolders } from '../scan/folder-checks.js'
import { type Repair, stateFiles } from './repair.js'

/** Repairs of the databases themselves. */
export const databaseRepairs: readonly Repair[] = [
  {
    code: 'DATABASE_MISSING',
    does: 'made a state database from the rollouts and the index of names',
    touches: () => [],
    run: makeState,
  },
  {
    code: 'DATABASE_UNREADABLE',
    does: 'moved the state database to db-backups and made one from the rollouts and the names',
    touches: stateFiles,
    run: (home, { place }) => {
      const isState = place.startsWith(`${basename(home.state.file() ?? 'state')}:`)
      const left = 'only the state database can be made anew; move this one aside, or put it back'
      return isState ? makeState(home) : Promise.resolve(left)
    },
  },
  {
    code: 'WAL_LEFT',
    does: 'wrote the log into its database',
    touches: logFiles,
    run: async (home, { place }) => {
      const database = home.databases.find((one) => `${basename(one.file() ?? '')}-wal` === place)
      database?.use((db) => db.pragma('wal_checkpoint(TRUNCATE)'), null)
      return database?.problem ?? null
    },
  },
]

/** A database that is made without the rollouts of a lost disk would count as complete. */
async function makeState(home: OpenHome): Promise<string | null> {
  const [folder] = unreachableFolders(home, await home.index.all())
  if (folder !== undefined) return `${folder} is not there; mount the disk it lies on first`
  await ensureState(home)
  return home.state.connection() === null ? (home.state.problem ?? 'it cannot be opened') : null
}

function logFiles(home: OpenHome, { place }: { readonly place: string }): string[] {
  const files = home.databases.flatMap((one) => one.file() ?? [])
  return files
    .filter((file) => `${basename(file)}-wal` === place)
    .flatMap((file) => [file, `${file}-wal`])
}
