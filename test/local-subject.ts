import { join } from 'node:path'
import type { StoreSubject } from '../conformance/subject.js'
import { scopedHomes } from '../src/stores/local/scoped-homes.js'
import { startAdapter } from '../src/stores/stdio/start-adapter.js'
import { temporaryFolder } from './support/temporary-folder.js'
import { ROOT } from './tidy/repository.js'

/** The local store as a subject: each scope is a Codex home of its own. */
export function localSubject(): StoreSubject {
  const root = temporaryFolder()
  const adapter = join(ROOT, 'dist', 'test/local-adapter.js')
  return {
    ...scopedHomes(root),
    name: 'local',
    spawn: () => startAdapter({ command: process.execPath, args: [adapter, root] }),
  }
}
