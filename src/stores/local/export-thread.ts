import { closeSync, existsSync, readSync } from 'node:fs'
import { ThreadStoreError } from '../../store/errors.js'
import type { ExportedRollout, ThreadExport } from '../../store/raw-history.js'
import { type ThreadRecord, bareThread } from '../../store/records.js'
import type { HomeIndex } from './home-index.js'
import { printStamp, stampOf } from './home/file-stamp.js'
import { openForReading, readRolloutBytes } from './home/rollout-bytes.js'
import type { StampedRollout } from './stored-rollouts.js'

const LINE_FEED = 0x0a
const WINDOW_BYTES = 64 * 1024

/** A thread on its way out: what its files were when it was asked for, whatever is appended later. */
export function exportThread(
  index: HomeIndex,
  record: ThreadRecord,
  rollouts: readonly StampedRollout[],
  locked: boolean,
): ThreadExport {
  // Some writers take no lock; one that writes right now shows by what it wrote.
  const live = locked || rollouts.some(hasGrown)
  return {
    thread: bareThread(record),
    rollouts: rollouts.map((rollout) => exportedRollout(index, rollout, live)),
    live,
  }
}

function exportedRollout(
  index: HomeIndex,
  stamped: StampedRollout,
  live: boolean,
): ExportedRollout {
  const { entry, stamp, rollout, source } = stamped
  const { rolloutId, base, file } = rollout
  const byteCount =
    live && !entry.compressed ? completeBytes(entry.path, rollout.byteCount) : rollout.byteCount
  const cut = byteCount === rollout.byteCount ? '' : `:${byteCount}`
  const fingerprint = `${rollout.fingerprint ?? printStamp(stamp)}${cut}`
  async function* read(fromByte = 0): AsyncIterable<Uint8Array> {
    // Archiving moves a file, and it stays the same file.
    const { path } = existsSync(entry.path) ? entry : (index.rollout(rolloutId) ?? entry)
    yield* readRolloutBytes({ ...source, path }, { from: fromByte, to: byteCount })
    if (wasReplaced(stamped, path)) throw replaced(path)
  }
  return { rolloutId, base, file, fingerprint, byteCount, read }
}

function hasGrown({ entry, stamp }: StampedRollout): boolean {
  return stampOf(entry.path)?.size !== stamp.size
}

function wasReplaced({ stamp }: StampedRollout, path: string): boolean {
  const now = stampOf(path)
  return now === null || now.ino !== stamp.ino || now.dev !== stamp.dev || now.size < stamp.size
}

function replaced(path: string): ThreadStoreError {
  return new ThreadStoreError('RETRYABLE', `${path} was replaced while it was read`, {
    reason: 'contention',
  })
}

/** Bytes up to and including the last line feed: a line in the making is nobody's yet. */
function completeBytes(path: string, size: number): number {
  const file = openForReading(path)
  const window = Buffer.allocUnsafe(WINDOW_BYTES)
  try {
    for (let end = size; end > 0; end -= WINDOW_BYTES) {
      const start = Math.max(0, end - WINDOW_BYTES)
      const length = readSync(file, window, 0, end - start, start)
      const at = window.subarray(0, length).lastIndexOf(LINE_FEED)
      if (at >= 0) return start + at + 1
    }
    return 0
  } finally {
    closeSync(file)
  }
}
