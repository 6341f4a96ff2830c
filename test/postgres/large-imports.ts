import { createCipheriv } from 'node:crypto'
import type { Storage } from './storage.js'

const LINE_BYTES = 256 * 1024

/** How much is stored in a namespace, table by table. */
export async function census({ sql, namespace }: Storage): Promise<unknown> {
  const [row] = await sql(
    `SELECT (SELECT count(*) FROM threadstore.threads WHERE namespace = $1) AS threads,
        (SELECT count(*) FROM threadstore.rollouts WHERE namespace = $1) AS rollouts,
        (SELECT count(*) FROM threadstore.segments WHERE namespace = $1) AS segments,
        (SELECT count(*) FROM threadstore.arriving_logs WHERE namespace = $1) AS arriving`,
    [namespace],
  )
  return row
}

/** What `census` gives where nothing is. */
export const nothing = { threads: 0, rollouts: 0, segments: 0, arriving: 0 }

/** Lines that hardly compress, so that they do not wait in memory. The same ones each time. */
export function* noiseLines(bytes: number): Generator<Buffer> {
  const noise = createCipheriv('aes-256-ctr', Buffer.alloc(32), Buffer.alloc(16))
  for (let sent = 0; sent < bytes;) {
    const payload = noise.update(Buffer.alloc((LINE_BYTES / 4) * 3)).toString('base64')
    const line = Buffer.from(`{"type":"event_msg","payload":"${payload}"}\n`)
    sent += line.length
    yield line
  }
}
