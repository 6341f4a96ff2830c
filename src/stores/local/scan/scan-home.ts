import type { OpenHome } from '../open-home.js'
import { checkDatabases, checkOrphans } from './database-checks.js'
import type { FoundPlace } from './finding-tally.js'
import { interruptedMigrations, unreachableFolders } from './folder-checks.js'
import type { HomeFinding } from './home-findings.js'
import type { HomeInventory } from './home-inventory.js'
import { RunningScan } from './running-scan.js'

/** A home, read from end to end. */
export interface HomeScan {
  readonly inventory: HomeInventory
  readonly findings: readonly HomeFinding[]
}

export interface ScanOptions {
  /** Called after each rollout with the bytes on disk that are done. */
  readonly onProgress?: (done: { readonly rollouts: number; readonly bytes: number }) => void
  readonly signal?: AbortSignal
  /** Told of every place of every finding, of which the scan itself keeps samples. */
  readonly onPlace?: (found: FoundPlace) => void
}

/** Reads a whole home and says what is in it and what is not as it should be. Changes nothing. */
export async function scanHome(home: OpenHome, options: ScanOptions = {}): Promise<HomeScan> {
  const scan = new RunningScan(home, options.onPlace)
  const threads = await home.index.all()
  // Now that they were read it is known which of them cannot be.
  checkDatabases(home, scan.tally)
  for (const folder of unreachableFolders(home, threads)) {
    scan.tally.add('FOLDER_UNREACHABLE', folder)
  }
  for (const id of interruptedMigrations(home)) scan.tally.add('MIGRATION_INTERRUPTED', id)
  checkOrphans(home, (id) => threads.has(id), scan.tally)
  scan.odd(home.index.listing().odd())
  for (const thread of threads.values()) {
    for (const entry of thread.rollouts) await scan.bases.announce(entry, home.heads)
  }
  let done = { rollouts: 0, bytes: 0 }
  for (const thread of threads.values()) {
    options.signal?.throwIfAborted()
    await scan.thread(thread)
    for (const entry of thread.rollouts) {
      options.signal?.throwIfAborted()
      const bytes = await scan.rollout(thread, entry)
      done = { rollouts: done.rollouts + 1, bytes: done.bytes + bytes }
      options.onProgress?.(done)
    }
  }
  await scan.names(threads)
  scan.sharedPaths(threads)
  scan.lineages()
  return { inventory: scan.inventory(), findings: scan.tally.list() }
}
