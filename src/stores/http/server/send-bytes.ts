import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
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
  { byteCount, chunks }: StoredBytes,
): Promise<FastifyReply> {
  const { reply } = call
  if (byteCount <= SENT_AT_ONCE) {
    const pieces: Uint8Array[] = [head]
    for await (const chunk of chunks) pieces.push(chunk)
    return reply.send(Buffer.concat(pieces))
  }
  void reply.header('content-length', head.length + byteCount)
  return reply.send(Readable.from(following(call, head, chunks), { objectMode: false }))
}

async function* following(
  { context, request }: Call,
  head: Uint8Array,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (head.length > 0) yield head
  try {
    yield* chunks
  } catch (reason) {
    // Too late for an answer that says so: the connection breaks, and the log has the reason.
    noteFailure(context, request, reason)
    throw reason
  }
}
