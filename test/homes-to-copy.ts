import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { verify } from '../migrate/index.js'
import { openLocalStore } from '../src/stores/local/open-local-store.js'
import { openPostgresStore } from '../src/stores/postgres/open-postgres-store.js'
import { temporaryFolder } from './support/temporary-folder.js'

/** Thirty threads, the last of which is large enough to be sent ahead in parts. */
export function newHome(largeBytes: number, threads = 30): string {
  const home = join(temporaryFolder(), '.codex')
  const folder = join(home, 'sessions', '2026', '11', '22')
  mkdirSync(folder, { recursive: true })
  for (let number = 30 - threads; number < 30; number += 1) {
    const id = `019a0000-0000-7000-8000-${String(number).padStart(12, '0')}`
    const timestamp = '2026-11-22T12:00:00.000Z'
    const meta = { id, timestamp, cwd: '/p', originator: 'codex_cli_rs', cli_version: '0.131.0' }
    const file = join(folder, `rollout-2026-11-22T12-00-00-${id}.jsonl`)
    const add = (type: string, payload: object): void =>
      appendFileSync(file, `${JSON.stringify({ timestamp, type, payload })}\n`)
    add('session_meta', { ...meta, source: 'cli' })
    for (let left = number === 29 ? largeBytes : 20_000; left > 0; left -= 64_000) {
      const message = randomBytes(Math.min(left, 64_000) * 0.75).toString('base64')
      add('event_msg', { type: 'user_message', message })
    }
  }
  return home
}

/** How the threads that can be seen in the target compare. */
export async function compared(
  home: string,
  url: string,
  readBack = false,
): Promise<Readonly<Record<string, number>>> {
  await using source = await openLocalStore({ home, readOnly: true })
  await using target = await openPostgresStore({ url })
  return (await verify({ source, target, readBack })).totals
}

/** What `compared` gives where every thread is there or is not. */
export const nothingHalf = { different: 0, behind: 0, ahead: 0, unreadable: 0, busy: 0 }
