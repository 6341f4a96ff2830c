import { ThreadStoreError, wrongPosition } from '../../../store/errors.js'
import type { ImportedRollout, RolloutReceipt } from '../../../store/raw-history.js'
import { ArrivingLog } from './arriving-log.js'
import { cutSegments } from '../log/cut-segments.js'
import { type LogManifest, ManifestBuilder } from '../log/log-manifest.js'
import { mapAhead } from '../log/map-ahead.js'
import type { LogEnd } from '../log/pack-lines.js'
import type { PostgresContext } from '../postgres-context.js'
import { type RolloutRow, findRollout } from '../rows/rollout-row.js'
import { type LogScan, createLogScan } from '../log/scan-log.js'
import { type PackedBytes, pack, unpack } from '../log/segment.js'
import { type Segment, readLog } from '../rows/segment-rows.js'

/** A rollout whose bytes have all arrived and wait to be published. */
export interface ReceivedRollout {
  readonly rollout: ImportedRollout
  /** What was stored of it when the bytes came, where they continue it. */
  readonly before: RolloutRow | null
  readonly log: ArrivingLog
  /** Of the bytes that came. */
  readonly manifest: LogManifest
  /** Of the whole rollout. */
  readonly receipt: RolloutReceipt
  readonly end: LogEnd
}

const LINE_FEED = 0x0a
/** Segments that are packed at once for one rollout. */
const PACKED_AHEAD = 3

/**
 * Takes in the bytes of a rollout. What the receipt says is computed from bytes that were packed and
 * unpacked again, so that it is true of the packed ones.
 */
export async function receiveRollout(
  context: PostgresContext,
  rollout: ImportedRollout,
  signal?: AbortSignal,
): Promise<ReceivedRollout> {
  const before = rollout.fromByte === 0 ? null : await storedBefore(context, rollout)
  const receiver = new Receiver(context, rollout, before)
  try {
    await receiver.readStored()
    const pieces = mapAhead(cutSegments(given(rollout.chunks)), PACKED_AHEAD, packAndCheck)
    for await (const piece of pieces) {
      if (signal?.aborted) throw aborted(signal)
      await receiver.take(piece)
    }
    return await receiver.finish()
  } catch (reason) {
    await receiver.log.abandon(reason)
    throw reason
  }
}

/** The caller's chunks. What they break off with is no word of the database's. */
async function* given(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (reason) {
    throw ThreadStoreError.from(reason, 'importThread')
  }
}

async function storedBefore(
  { driver, namespace }: PostgresContext,
  { rolloutId, fromByte }: ImportedRollout,
): Promise<RolloutRow> {
  const before = await findRollout(driver, namespace, rolloutId)
  if (before === null || before.byteCount !== fromByte) {
    throw wrongPosition(rolloutId, fromByte, before?.byteCount ?? 0)
  }
  return before
}

interface CheckedPiece {
  readonly packed: PackedBytes
  /** What unpacking gave. */
  readonly raw: Uint8Array
}

async function packAndCheck(piece: Uint8Array): Promise<CheckedPiece> {
  const packed = await pack(piece)
  return { packed, raw: await unpack(packed) }
}

class Receiver {
  readonly log: ArrivingLog
  readonly #context: PostgresContext
  readonly #rollout: ImportedRollout
  readonly #before: RolloutRow | null
  readonly #manifest = new ManifestBuilder()
  readonly #scan: LogScan
  #byteCount = 0
  #endsLine = true
  #endOrdinal: number
  /** Items whose line ended in the bytes that were scanned last. */
  #ended = 0
  /** The segment that came last; what ends the scan may still count for it. */
  #last: Segment | null = null

  constructor(context: PostgresContext, rollout: ImportedRollout, before: RolloutRow | null) {
    this.#context = context
    this.#rollout = rollout
    this.#before = before
    this.log = new ArrivingLog(context, rollout)
    this.#endOrdinal = rollout.base?.endOrdinalExclusive ?? 0
    this.#scan = createLogScan(rollout.rolloutId, (own) => this.#count(own))
  }

  /** Reads what is stored of the rollout already. */
  async readStored(): Promise<void> {
    const { fromByte } = this.#rollout
    if (this.#before === null) return
    const { driver, namespace } = this.#context
    const range = { logId: this.#before.logId, fromByte: 0, toByte: fromByte }
    for await (const bytes of readLog(driver, namespace, range)) this.#read(bytes)
  }

  async take({ packed, raw }: CheckedPiece): Promise<void> {
    if (this.#last) await this.log.add(this.#last)
    const firstByte = this.#byteCount
    const startsLine = this.#endsLine
    const firstOrdinal = this.#endOrdinal
    this.#manifest.add(firstByte, packed)
    this.#read(raw)
    this.#last = { firstByte, startsLine, firstOrdinal, itemCount: this.#ended, ...packed }
  }

  async finish(): Promise<ReceivedRollout> {
    this.#ended = 0
    const receipt = this.#scan.end()
    if (this.#last) {
      await this.log.add({ ...this.#last, itemCount: this.#last.itemCount + this.#ended })
    }
    await this.log.settle()
    const { resumedBytes } = this.log
    return {
      rollout: this.#rollout,
      before: this.#before,
      log: this.log,
      manifest: this.#manifest.finish(),
      receipt: resumedBytes > 0 ? { ...receipt, resumedBytes } : receipt,
      end: { byteCount: receipt.byteCount, endOrdinal: this.#endOrdinal, endsLine: this.#endsLine },
    }
  }

  #read(bytes: Uint8Array): void {
    this.#ended = 0
    this.#scan.push(bytes)
    this.#byteCount += bytes.length
    this.#endsLine = bytes.at(-1) === LINE_FEED
  }

  #count(own: number | null): void {
    this.#ended += 1
    this.#endOrdinal = (own ?? this.#endOrdinal) + 1
  }
}

function aborted(signal: AbortSignal): ThreadStoreError {
  return new ThreadStoreError(
    'RETRYABLE',
    'importThread was aborted',
    { reason: 'aborted' },
    { cause: signal.reason },
  )
}
