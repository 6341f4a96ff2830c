import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { ReadThreadParams } from '../../../store/params.js'
import type { ThreadExport } from '../../../store/raw-history.js'
import type { StoredThread, StoredThreadHistory } from '../../../store/records.js'
import { type ThreadLines, threadLinesOf } from '../../../store/thread-lines.js'
import type { StoreVerb } from '../../../store/thread-store.js'
import { headOfStored, historyLines, threadLines } from '../history-lines.js'
import { mediaTypes, type VerbRoute } from '../routes.js'
import type { Exported, ExportedFacts } from '../wire.js'
import { jsonAnswer } from './answer.js'
import { paramsOf } from './request-params.js'
import { sendBytes } from './send-bytes.js'
import { type Call, disconnection, sendAnswer, withStore } from './serving.js'

type AnyVerb = (params: unknown) => Promise<unknown>

/** Answers a call that changes nothing. Who goes away is not read for any further. */
export async function serveRead(
  call: Call,
  verb: StoreVerb,
  route: VerbRoute,
): Promise<FastifyReply> {
  const params: ReadParams = { ...paramsOf(route, call.request), signal: disconnection(call) }
  const found = await withStore(call, async (store): Promise<Found> => {
    const readLines = isHistory(verb, params) ? threadLinesOf(store) : null
    if (readLines === null) return { result: await (store[verb] as AnyVerb)(params) }
    return { lines: await readLines(verb as HistoryVerb, params as unknown as ReadThreadParams) }
  })
  if ('lines' in found) {
    void call.reply.type(mediaTypes.lines)
    return sendBytes(call, headOfStored(found.lines, verb === 'readThread'), found.lines)
  }
  const { result } = found
  switch (route.result) {
    case 'history':
      return sendLines(call.reply, historyLines(result as StoredThreadHistory))
    case 'thread':
      return sendThread(call.reply, result as StoredThread)
    case 'exported':
      return sendAnswer(call.reply, jsonAnswer(hold(call, result as ThreadExport)))
    case 'json':
    case 'none':
    case 'written':
      return sendAnswer(call.reply, jsonAnswer(result))
  }
}

type HistoryVerb = 'loadHistory' | 'readThread'
type ReadParams = Readonly<Record<string, unknown>>
type Found = { readonly lines: ThreadLines } | { readonly result: unknown }

function isHistory(verb: StoreVerb, params: ReadParams): boolean {
  return verb === 'loadHistory' || (verb === 'readThread' && params['includeHistory'] === true)
}

function sendThread(reply: FastifyReply, thread: StoredThread): FastifyReply {
  return thread.history === null
    ? sendAnswer(reply, jsonAnswer(thread))
    : sendLines(reply, threadLines(thread, thread.history))
}

/** Sends lines as fast as the caller takes them; few enough go out at once. */
function sendLines(reply: FastifyReply, lines: Iterable<string>): FastifyReply {
  void reply.type(mediaTypes.lines)
  const chunks = lines[Symbol.iterator]()
  const first = chunks.next()
  const second = chunks.next()
  if (first.done || second.done) return reply.send(first.value ?? '')
  return reply.send(Readable.from(following([first.value, second.value], chunks)))
}

function* following(begun: readonly string[], rest: Iterator<string>): Generator<string> {
  yield* begun
  for (let next = rest.next(); !next.done; next = rest.next()) yield next.value
}

/** Keeps an export, so that its bytes can be asked for, and says what there is of it. */
function hold({ context, principal }: Call, exported: ThreadExport): Exported {
  const id = context.ids.newToken()
  if (context.exports.size >= context.limits.exportsMax) context.exports.takeOldest()
  context.exports.add(id, { principal, exported })
  return {
    export: id,
    thread: exported.thread,
    rollouts: exported.rollouts.map(
      ({ rolloutId, base, file, fingerprint, byteCount }): ExportedFacts => {
        return { rolloutId, base, file, fingerprint, byteCount }
      },
    ),
    live: exported.live,
  }
}
