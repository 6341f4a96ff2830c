import type { FastifyReply } from 'fastify'
import { invalidRequest, ThreadStoreError } from '../../../store/errors.js'
import { HttpStatus } from '../http-status.js'
import { type Answer, jsonAnswer, nothing } from './answer.js'
import { importIn, importPartIn } from './request-params.js'
import { Refusal } from './refusal.js'
import { ServedImport, type ImportPart } from './served-import.js'
import { type Call, isOwn, once, sendAnswer, withStore } from './serving.js'

/** Begins an import with its first part, which may be the only one. */
export async function serveImport(call: Call): Promise<FastifyReply> {
  const { context, principal, request } = call
  const { head, bytes } = importIn(request.body)
  const answer = await withStore(call, (store) => {
    // Before the change, whose refusal would be kept for who comes again.
    if (context.imports.size >= context.limits.importsMax) throw tooManyImports()
    return once(call, async () => {
      const id = context.ids.newToken()
      context.imports.add(id, new ServedImport(id, principal, store, head))
      return takePart(call, id, 1, { head: head.part, bytes })
    })
  })
  return sendAnswer(call.reply, answer)
}

/** Takes a further part of an import. */
export async function serveImportPart(call: Call): Promise<FastifyReply> {
  const { importId = '', part } = call.request.params as Readonly<Record<string, string>>
  const taken = importPartIn(call.request.body)
  const answer = await once(call, () => takePart(call, importId, partNumber(part), taken))
  return sendAnswer(call.reply, answer)
}

/** Gives an import up: what it would have stored is not stored. */
export async function serveAbandonImport(call: Call): Promise<FastifyReply> {
  const { context, principal, request } = call
  const { importId = '' } = request.params as Readonly<Record<string, string>>
  if (isOwn(context.imports.get(importId), principal)) {
    await context.imports.take(importId)?.abandon('the import was given up by its client')
  }
  return sendAnswer(call.reply, nothing)
}

/** An import goes with its last part, and with the first one that cannot be taken. */
async function takePart(
  { context, principal }: Call,
  id: string,
  part: number,
  taken: ImportPart,
): Promise<Answer> {
  if (!isOwn(context.imports.get(id), principal)) throw importGone()
  try {
    const used = await context.imports.use(id, (served) => served.take(part, taken))
    if (used === undefined) throw importGone()
    if (used === null) return jsonAnswer({ import: id }, HttpStatus.accepted)
    context.imports.take(id)
    return jsonAnswer(used)
  } catch (reason) {
    await context.imports.take(id)?.abandon('a part of the import could not be taken')
    throw reason
  }
}

function partNumber(text: string | undefined): number {
  const part = Number(text)
  if (Number.isSafeInteger(part) && part > 1) return part
  throw invalidRequest('malformed-params', 'the number of a part is a whole number from 2 on')
}

function importGone(): Refusal {
  const why = 'the import is not under way: nothing of it was stored; begin it again'
  const error = new ThreadStoreError('RETRYABLE', why, { reason: 'unavailable' })
  return new Refusal(HttpStatus.unavailable, error)
}

function tooManyImports(): Refusal {
  const why = 'too many imports are under way; try again later'
  const error = new ThreadStoreError('RETRYABLE', why, { reason: 'contention' })
  return new Refusal(HttpStatus.unavailable, error, { 'retry-after': '1' })
}
