import type { FastifyReply } from 'fastify'
import { invalidRequest, ThreadStoreError } from '../../../store/errors.js'
import { HttpStatus } from '../http-status.js'
import { mediaTypes } from '../routes.js'
import { Refusal } from './refusal.js'
import { sendBytes } from './send-bytes.js'
import { type Call, isOwn } from './serving.js'

/** Sends the bytes of a rollout, from any byte on, as the export found them. */
export async function serveRolloutBytes(call: Call): Promise<FastifyReply> {
  const { context, principal, request, reply } = call
  const { export: id, fromByte } = request.query as Readonly<Record<string, unknown>>
  const { threadId, rolloutId } = request.params as Readonly<Record<string, unknown>>
  const held = typeof id === 'string' ? context.exports.get(id) : undefined
  if (held === undefined || !isOwn(held, principal)) throw exportGone()
  const { thread, rollouts } = held.exported
  const rollout = rollouts.find((one) => one.rolloutId === rolloutId)
  if (rollout === undefined || thread.threadId !== threadId) {
    throw invalidRequest('malformed-params', 'the export holds no such rollout', {
      path: '/rolloutId',
    })
  }
  const from = byteOf(fromByte, rollout.byteCount)
  // The export counts as used as long as its bytes flow.
  void context.exports.use(String(id), () => closed(reply))
  void reply.type(mediaTypes.bytes)
  const byteCount = rollout.byteCount - from
  return sendBytes(call, Buffer.alloc(0), { byteCount, chunks: rollout.read(from) })
}

function closed({ raw }: FastifyReply): Promise<void> {
  return new Promise((resolve) => {
    if (raw.destroyed) resolve()
    else raw.once('close', resolve)
  })
}

function byteOf(text: unknown, byteCount: number): number {
  const byte = text === undefined ? 0 : Number(text)
  if (Number.isSafeInteger(byte) && byte >= 0 && byte <= byteCount) return byte
  throw invalidRequest('malformed-params', `fromByte is no number from 0 to ${byteCount}`, {
    path: '/fromByte',
  })
}

function exportGone(): Refusal {
  const why = 'the export is not there any more; export the thread again'
  const error = new ThreadStoreError('RETRYABLE', why, { reason: 'unavailable' })
  return new Refusal(HttpStatus.unavailable, error)
}
