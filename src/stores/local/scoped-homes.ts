import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ThreadStore } from '../../store/thread-store.js'
import { openLocalStore } from './open-local-store.js'

/** Storages that are homes of their own in one folder: a subject of the conformance suite. */
export interface ScopedHomes {
  readonly name: string
  readonly open: (storage: { readonly scope: string }) => Promise<ThreadStore>
  readonly openSecond: ScopedHomes['open']
  readonly reopen: ScopedHomes['open']
  readonly destroy: (storage: { readonly scope: string }) => Promise<void>
}

/** Keeps each storage in the folder of its scope. */
export function scopedHomes(root: string): ScopedHomes {
  const open: ScopedHomes['open'] = ({ scope }) => {
    const home = join(root, scope)
    mkdirSync(home, { recursive: true })
    return openLocalStore({ home })
  }
  const destroy: ScopedHomes['destroy'] = ({ scope }) => {
    rmSync(join(root, scope), { recursive: true, force: true })
    return Promise.resolve()
  }
  return { name: `local:${root}`, open, openSecond: open, reopen: open, destroy }
}
