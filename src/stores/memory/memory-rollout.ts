import { createHash } from 'node:crypto'
import type { RolloutId, ThreadId } from '../../protocol/thread-id.js'
import { differentContent, wrongPosition } from '../../store/errors.js'
import type { ExportedRollout, ImportedRollout, RolloutReceipt } from '../../store/raw-history.js'
import type { RolloutFile, StoredRollout, ThreadRecord } from '../../store/records.js'
import { RolloutLog } from './rollout-log.js'

/** A rollout in memory. */
export interface MemoryRollout {
  readonly rolloutId: RolloutId
  readonly threadId: ThreadId
  readonly log: RolloutLog
  readonly file: RolloutFile | null
  /** As given on import; no longer true, and so not shown, once something was appended. */
  readonly imported: { readonly fingerprint: string | null; readonly byteCount: number }
}

export function storedRollout({ rolloutId, log, file, imported }: MemoryRollout): StoredRollout {
  return {
    rolloutId,
    base: log.base,
    file,
    byteCount: log.byteCount,
    itemCount: log.itemCount,
    sha256: sha256(log.bytes),
    fingerprint: imported.byteCount === log.byteCount ? imported.fingerprint : null,
  }
}

/** Bytes are copied when they are read, and bounded by what was there when export began. */
export function exportedRollout(rollout: MemoryRollout): ExportedRollout {
  const { rolloutId, base, file, fingerprint, byteCount } = storedRollout(rollout)
  const { bytes } = rollout.log
  async function* read(fromByte = 0): AsyncIterable<Uint8Array> {
    if (fromByte < byteCount) yield Uint8Array.from(bytes.subarray(fromByte, byteCount))
  }
  return { rolloutId, base, file, fingerprint, byteCount, read }
}

/** An import's rollout whose bytes have all arrived. */
interface ArrivedRollout extends ImportedRollout {
  readonly bytes: Buffer
}

export async function receiveRollout(rollout: ImportedRollout): Promise<ArrivedRollout> {
  const chunks: Buffer[] = []
  for await (const chunk of rollout.chunks) chunks.push(Buffer.from(chunk))
  return { ...rollout, bytes: Buffer.concat(chunks) }
}

/** What a rollout becomes when `arrived` is stored; `before` is left as it is. */
export function importedRollout(
  { threadId, historyMode }: ThreadRecord,
  arrived: ArrivedRollout,
  before: MemoryRollout | undefined,
  replace = false,
): MemoryRollout {
  const { rolloutId, base, file, fingerprint, fromByte, bytes } = arrived
  if (before !== undefined && before.threadId !== threadId) throw differentContent(rolloutId)
  if (before !== undefined && fromByte === 0 && !replace) throw differentContent(rolloutId)
  const kept = fromByte === 0 ? Buffer.alloc(0) : (before?.log.bytes ?? Buffer.alloc(0))
  if (kept.length !== fromByte) throw wrongPosition(rolloutId, fromByte, kept.length)
  const log = new RolloutLog(base, historyMode)
  log.appendBytes(Buffer.concat([kept, bytes]))
  return { rolloutId, threadId, log, file, imported: { fingerprint, byteCount: log.byteCount } }
}

/** What is stored of a rollout, computed from its bytes. */
export function receipt({ rolloutId, log }: MemoryRollout): RolloutReceipt {
  return {
    rolloutId,
    itemCount: log.itemCount,
    byteCount: log.byteCount,
    sha256: sha256(log.bytes),
    findings: log.findings.map((finding) => ({ ...finding, rolloutId })),
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
