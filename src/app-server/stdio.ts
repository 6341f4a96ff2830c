import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { createLineSplitter, type RawLine } from '../history/split-lines.js'
import { printJson } from '../protocol/print-json.js'
import type { AppServer } from './app-server.js'

/** Lines that wait while another is being answered; more of them, and the client has to wait too. */
const LINES_WAITING_MAX = 64

/**
 * Serves one client over two streams, one JSON object per line, until it sends nothing more. Only
 * LF ends a line: U+2028 is something people type. A client that does not read what it is told is
 * not read from either.
 */
export async function serveStdio(
  server: AppServer,
  input: Readable,
  output: Writable,
): Promise<void> {
  const connection = server.connect((message) => {
    if (output.writable) output.write(`${printJson(message)}\n`)
  })
  // The reader may be gone before us; that is the end of the conversation, not a failure.
  output.on('error', () => server.disconnect(connection))
  const waiting = new Set<Promise<void>>()
  const take = ({ bytes, length }: RawLine): void => {
    if (length === 0) return
    // A line that is too long to be read is answered like one that is no JSON.
    const answered = server.receive(connection, bytes?.toString('utf8') ?? '')
    waiting.add(answered)
    void answered.finally(() => waiting.delete(answered))
  }
  const lines = createLineSplitter(take)
  try {
    for await (const chunk of input) {
      lines.push(chunk as Buffer)
      while (waiting.size >= LINES_WAITING_MAX) await Promise.race(waiting)
      if (output.writableNeedDrain) await drained(output)
    }
    lines.end()
  } finally {
    // Also when reading was broken off: what is being answered must not outlive the store.
    await Promise.all(waiting)
    server.disconnect(connection)
  }
}

async function drained(output: Writable): Promise<void> {
  const stop = new AbortController()
  const { signal } = stop
  const ends = ['drain', 'close'].map((name) => once(output, name, { signal }))
  // A stream that fails is drained too, and `disconnect` was told why.
  await Promise.race(ends).catch(() => {})
  stop.abort()
}
