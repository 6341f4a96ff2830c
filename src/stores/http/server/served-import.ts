import { conflict, invalidRequest, ThreadStoreError } from '../../../store/errors.js'
import type { ImportThreadParams, ThreadReceipt } from '../../../store/raw-history.js'
import type { ThreadStore } from '../../../store/thread-store.js'
import type { ImportHead, PartHead } from '../wire.js'
import { type ByteChannel, createByteChannel } from './byte-channel.js'
import type { Principal } from './principal.js'

/** A part of an import: what its first line says, and the bytes after that line. */
export interface ImportPart {
  readonly head: PartHead
  readonly bytes: Buffer
}

/** An import whose bytes arrive part by part. The store reads them as they come. */
export class ServedImport {
  readonly id: string
  readonly principal: Principal
  readonly #channels: readonly ByteChannel[]
  readonly #result: Promise<ThreadReceipt>
  /** The part that is wanted; `null` while one is being taken. */
  #next: number | null = 1
  /** The first so many rollouts get no more. */
  #ended = 0

  constructor(id: string, principal: Principal, store: ThreadStore, head: ImportHead) {
    this.id = id
    this.principal = principal
    this.#channels = head.rollouts.map(() => createByteChannel())
    this.#result = store.importThread(paramsOf(head, this.#channels))
    this.#result.catch(() => {})
  }

  /**
   * Hands a part to the store: `null` once it was taken and more is to come, the receipt after the
   * last one. An import that the store has given up fails here.
   */
  async take(part: number, { head, bytes }: ImportPart): Promise<ThreadReceipt | null> {
    if (part !== this.#next) throw conflict('position', `part ${part} is not what comes next`)
    this.#next = null
    requireFitting(head, bytes.length, this.#channels.length)
    requireGoingOn(head, this.#ended)
    this.#ended = head.ended
    const settled = this.#result.then(() => undefined)
    // A part without bytes waits for nothing.
    settled.catch(() => {})
    let offset = 0
    for (const [index, channel] of this.#channels.entries()) {
      const length = head.bytes[index] ?? 0
      const slice = bytes.subarray(offset, offset + length)
      offset += length
      // A store that fails stops reading; then nobody would take these bytes any more.
      if (length > 0) await Promise.race([channel.write(slice), settled])
      if (head.complete || index < head.ended) channel.end()
    }
    if (head.complete) return this.#result
    this.#next = part + 1
    return null
  }

  /** Lets the store know that the rest will not come; nothing of the import is stored. */
  async abandon(why: string): Promise<void> {
    const reason = new ThreadStoreError('RETRYABLE', why, { reason: 'aborted' })
    for (const channel of this.#channels) channel.fail(reason)
    await this.#result.catch(() => {})
  }
}

function paramsOf(
  { thread, rollouts, replace }: ImportHead,
  channels: readonly ByteChannel[],
): ImportThreadParams {
  return {
    thread,
    ...(replace !== undefined && { replace }),
    rollouts: rollouts.map((rollout, index) => ({
      ...rollout,
      chunks: channels[index] ?? createByteChannel(),
    })),
  }
}

function requireFitting(head: PartHead, byteCount: number, rolloutCount: number): void {
  const announced = head.bytes.reduce((sum, bytes) => sum + bytes, 0)
  if (head.bytes.length !== rolloutCount || head.ended > rolloutCount) {
    throw invalidRequest('malformed-params', `the import has ${rolloutCount} rollouts`, {
      path: '/bytes',
    })
  }
  if (announced !== byteCount) {
    throw invalidRequest(
      'malformed-params',
      `the first line speaks of ${announced} bytes, but ${byteCount} follow it`,
      { path: '/bytes' },
    )
  }
}

/** Bytes for a rollout that has ended would be read by nobody, and missed by nobody. */
function requireGoingOn({ bytes, ended }: PartHead, before: number): void {
  if (ended >= before && bytes.slice(0, before).every((length) => length === 0)) return
  throw invalidRequest('malformed-params', `the first ${before} rollouts have ended`, {
    path: '/bytes',
  })
}
