import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isoMillis } from '../../host/clock.js'
import { withPassingLock } from './home/file-lock.js'
import type { OpenHome } from './open-home.js'
import { createStateDatabase } from './state/create-database.js'
import { type RecordStep, writeRecord } from './write-record.js'

/** Where Codex puts databases that it had to give up. */
const BACKUPS = 'db-backups'

/**
 * Makes the state database of a home that has none, or none that can be read, and fills it with
 * what the rollouts say. One that is corrupt is moved aside, never thrown away. Returns whether
 * what was read of the home before has to be read again.
 */
export async function ensureState(home: OpenHome): Promise<boolean> {
  if (home.state.connection() !== null || isOnlyBusy(home)) return false
  const { sqliteHome } = home.paths
  await withPassingLock(join(sqliteHome, '.threadstore-rebuild.lock'), async () => {
    // Somebody else may have done it while this was waiting.
    if (home.state.connection() !== null) return
    if (home.state.corrupt) moveAside(home)
    const steps = await derivedRows(home)
    createStateDatabase(sqliteHome, home.clock.now(), (db) => {
      for (const step of steps) writeRecord(db, home.extra, step, {})
    })
    home.state.touch()
  })
  return true
}

/** A database that is there and may be read later is no reason for another one. */
function isOnlyBusy({ state }: OpenHome): boolean {
  return state.file() !== null && !state.corrupt
}

function moveAside(home: OpenHome): void {
  const file = home.state.file()
  if (file === null) return
  const { sqliteHome } = home.paths
  const time = isoMillis(home.clock.now()).replaceAll(/[:.]/g, '-')
  mkdirSync(join(sqliteHome, BACKUPS), { recursive: true })
  for (const suffix of ['', '-wal', '-shm']) {
    const backup = join(sqliteHome, BACKUPS, `${basename(file)}.${time}${suffix}`)
    if (existsSync(file + suffix)) renameSync(file + suffix, backup)
  }
  home.logger.warn({ file, folder: BACKUPS }, 'a corrupt database was moved aside')
}

async function derivedRows(home: OpenHome): Promise<RecordStep[]> {
  const steps: RecordStep[] = []
  for (const thread of (await home.index.all()).values()) {
    const current = await home.records.current(thread)
    if (current === null) continue
    const record = await home.records.complete(thread)
    steps.push({ thread, current, before: record, plain: record, after: record })
  }
  return steps
}
