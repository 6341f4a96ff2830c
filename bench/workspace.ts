import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MadeHome, type MakeHomeOptions, makeHome } from './make-home.js'

/** Runs some work in a folder of its own, which is removed afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'threadstore-bench-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs some work on a home made for it. */
export async function inHome<T>(
  options: Omit<MakeHomeOptions, 'dir'>,
  work: (home: MadeHome) => Promise<T>,
): Promise<T> {
  return await inFolder((folder) => work(makeHome({ ...options, dir: join(folder, 'home') })))
}
