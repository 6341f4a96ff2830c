import { closeSync, openSync } from 'node:fs'
import type { MigrationEvent } from '../../migrate/index.js'
import type { Clock } from '../../src/host/clock.js'
import { isoMillis } from '../../src/host/clock.js'
import { printText } from '../terminal/output.js'
import { UsageError } from '../usage/usage-error.js'
import { writeWhole } from './write-whole.js'

/** Where a running command tells programs what happens: one JSON object a line. */
export interface EventSink extends Disposable {
  event(event: { readonly type: string; readonly [fact: string]: unknown }): void
  /** Tells what a migration tells; what was read, once a second. */
  migration(event: MigrationEvent): void
}

/** A sink for `--events FILE`, `-` for standard output; without a file it tells nobody. */
export function openEventSink(
  file: string | undefined,
  clock: Clock,
  clean: (text: string) => string,
): EventSink {
  if (file === undefined) {
    return { event: () => {}, migration: () => {}, [Symbol.dispose]: () => {} }
  }
  const fd = file === '-' ? null : open(file)
  const read = { threads: 0, bytes: 0 }
  let toldAt = clock.now()

  function event(what: { readonly type: string }): void {
    const line = clean(`${JSON.stringify({ at: isoMillis(clock.now()), ...what })}\n`)
    if (fd === null) printText(line)
    else writeWhole(fd, file ?? '', line)
  }

  return {
    event,
    migration(what) {
      if (what.type === 'found') return
      if (what.type === 'finished') {
        read.threads += 1
        event({ type: 'finished', ...what.outcome })
      } else if (what.type !== 'read') {
        event(what)
        return
      } else read.bytes += what.bytes
      if (clock.now() - toldAt < 1000) return
      toldAt = clock.now()
      event({ type: 'progress', ...read })
    },
    [Symbol.dispose]: () => {
      if (fd !== null) closeSync(fd)
    },
  }
}

function open(file: string): number {
  try {
    return openSync(file, 'a')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(`events cannot be written: ${reason}`)
  }
}
