import type { StoreSubject } from '../conformance/subject.js'
import { scopedHomes } from '../src/stores/local/scoped-homes.js'
import { startStorageProcess } from './storage-process.js'
import { temporaryFolder } from './support/temporary-folder.js'

/** The local store as a subject: each scope is a Codex home of its own. */
export function localSubject(): StoreSubject {
  const root = temporaryFolder()
  return {
    ...scopedHomes(root),
    name: 'local',
    spawn: () => startStorageProcess(`local:${root}`),
  }
}
