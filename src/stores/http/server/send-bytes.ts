import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { ThreadStoreError } from '../../../store/errors.js'
import { type Call, noteFailure } from './serving.js'

/** Bytes that are sent in one go, and so without a stream. */
const SENT_AT_ONCE = 1024 * 1024

/** Bytes of a store, and how many they are. */
interface StoredBytes {
  readonly byteCount: number
  readonly chunks: AsyncIterable<Uint8Array>
}

/** Sends bytes as they come from a store, unread; more than a few as fast as the caller takes them. */
export async function sendBytes(
  call: Call,
  head: Uint8Array,
  stored: StoredBytes,
): Promise<FastifyReply> {
  const { reply } = call
  const chunks = asAnnounced(stored)
  if (stored.byteCount <= SENT_AT_ONCE) {
    const pieces: Uint8Array[] = [head]
    for await (const chunk of chunks) pieces.push(chunk)
    return reply.send(Buffer.concat(pieces))
  }
  // What fails before its first byte can still be answered with its error.
  const first = await chunks.next()
  const begun = Buffer.concat([head, first.value ?? Buffer.alloc(0)])
  const body = Readable.from(following(call, begun, chunks), { objectMode: false })
  // A body that nobody began to read would not let go of what it is read from.
  body.once('close', () => void chunks.return().catch(() => {}))
  void reply.header('content-length', head.length + stored.byteCount)
  return reply.send(body)
}

async function* following(
  { context, request }: Call,
  begun: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield begun
  try {
    yield* rest
  } catch (reason) {
    // Too late for an answer that says so: the connection breaks, and the log has the reason.
    noteFailure(context, request, reason)
    throw reason
  }
}

/** Fails where there are more or fewer bytes: the next answer on the connection follows the last one. */
async function* asAnnounced({
  byteCount,
  chunks,
}: StoredBytes): AsyncGenerator<Uint8Array, void, undefined> {
  let left = byteCount
  for await (const chunk of chunks) {
    left -= chunk.length
    if (left < 0) break
    yield chunk
  }
  if (left === 0) return
  const came = left < 0 ? 'more' : `${left} fewer`
  throw new ThreadStoreError('INTERNAL', `the store gave ${came} bytes than it had announced`, {
    reason: 'storage',
  })
}
