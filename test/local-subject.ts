import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { StoreSubject } from '../conformance/subject.js'
import { openLocalStore } from '../src/stores/local/open-local-store.js'
import { temporaryFolder } from './support/temporary-folder.js'

/** The local store as a subject: each scope is a Codex home of its own. */
export function localSubject(): StoreSubject {
  const root = temporaryFolder()
  const homeOf = (scope: string): string => {
    const home = join(root, scope)
    mkdirSync(home, { recursive: true })
    return home
  }
  const open: StoreSubject['open'] = ({ scope }) => openLocalStore({ home: homeOf(scope) })
  return {
    name: 'local',
    open,
    openSecond: open,
    reopen: open,
    destroy: ({ scope }) => {
      rmSync(homeOf(scope), { recursive: true, force: true })
      return Promise.resolve()
    },
  }
}
