import { existsSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { conflict } from '../../../store/errors.js'
import type { OpenHome } from '../open-home.js'

/** Throws when somebody is at work in the home, and names them: nothing is repaired under them. */
export async function refuseWhileLive(home: OpenHome): Promise<void> {
  const [file] = home.writers.others()
  if (file !== undefined) {
    throw busy(`process ${file.pid} has ${file.path} open for writing`, `process ${file.pid}`)
  }
  for (const threadId of threadsWithLockFile(home.paths.writerLocks)) {
    const lock = await home.locks.tryAcquire(threadId)
    if (lock === null) throw busy(`somebody is writing thread ${threadId}`)
    await lock.release()
  }
}

/** Lock files mean something only while they are held. */
function threadsWithLockFile(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names
    .filter((name) => name.endsWith('.lock') && !name.startsWith('.'))
    .map((name) => basename(name, '.lock'))
}

function busy(what: string, owner?: string): Error {
  const message = `${what}; stop it and repair again. Nothing was changed`
  return conflict('already-live', message, owner === undefined ? {} : { owner })
}
