import type { FastifyReply } from 'fastify'
import type { ThreadId } from '../../../protocol/thread-id.js'
import { invalidRequest, ThreadStoreError } from '../../../store/errors.js'
import type { AppendThreadItemsParams } from '../../../store/params.js'
import type { StoreVerb, ThreadStore } from '../../../store/thread-store.js'
import { headers, type VerbRoute } from '../routes.js'
import { type Answer, jsonAnswer, nothing } from './answer.js'
import { logEndOf } from './log-end.js'
import { paramsOf } from './request-params.js'
import { headerOf } from './server-context.js'
import type { ServedHandle } from './served-handle.js'
import { answering, type Call, once, sendAnswer, withStore } from './serving.js'

type AnyVerb = (params: unknown) => Promise<unknown>

/** Carries out a call that changes something, once however often it is asked for. */
export async function serveChange(
  call: Call,
  verb: StoreVerb,
  route: VerbRoute,
): Promise<FastifyReply> {
  const params = paramsOf(route, call.request)
  const answer = await withStore(call, (store) =>
    once(call, async () => {
      const result = await (store[verb] as AnyVerb)(params)
      return route.result === 'none' ? nothing : jsonAnswer(result)
    }),
  )
  return sendAnswer(call.reply, answer)
}

/** Opens a live writer of a handle. */
export async function serveOpen(
  call: Call,
  verb: StoreVerb,
  route: VerbRoute,
): Promise<FastifyReply> {
  const params = paramsOf(route, call.request)
  const answer = await withStore(call, (store, handle) => {
    if (handle === null) throw handleNeeded()
    return once(call, async () => {
      await (store[verb] as AnyVerb)(params)
      return written(store, handle, String(params['threadId']))
    })
  })
  return sendAnswer(call.reply, answer)
}

/** Measures where the rollout of a live thread ends. */
async function written(
  store: ThreadStore,
  handle: ServedHandle,
  threadId: ThreadId,
): Promise<Answer> {
  const end = await logEndOf(store, threadId)
  if (end === null) handle.ends.delete(threadId)
  else handle.ends.set(threadId, end)
  return jsonAnswer({ end })
}

/** Appends items through a live writer, once for each batch. */
export async function serveAppend(call: Call, route: VerbRoute): Promise<FastifyReply> {
  const params = paramsOf(route, call.request) as unknown as AppendThreadItemsParams
  const batch = batchOf(headerOf(call.request, headers.batch))
  const answer = await withStore(call, (store, handle) => {
    const append = (): Promise<Answer> => answering(call, () => appendTo(store, handle, params))
    if (handle === null || batch === null) return append()
    return handle.appendOnce(params.threadId, batch, append)
  })
  return sendAnswer(call.reply, answer)
}

async function appendTo(
  store: ThreadStore,
  handle: ServedHandle | null,
  params: AppendThreadItemsParams,
): Promise<Answer> {
  const { threadId, items } = params
  try {
    await store.appendItems(params)
  } catch (reason) {
    // Where the rollout ends is now as unknown as whether it has grown.
    if (ThreadStoreError.is(reason, 'OUTCOME_UNKNOWN')) handle?.ends.delete(threadId)
    throw reason
  }
  if (handle === null) return jsonAnswer({ end: null })
  const before = handle.ends.get(threadId)
  if (before === undefined) return written(store, handle, threadId)
  // Nobody else appends to it while the handle’s writer is live.
  const end = { ...before, itemCount: before.itemCount + items.length }
  handle.ends.set(threadId, end)
  return jsonAnswer({ end })
}

function batchOf(text: string | undefined): number | null {
  if (text === undefined) return null
  const batch = Number(text)
  if (Number.isSafeInteger(batch) && batch > 0) return batch
  throw invalidRequest('malformed-params', `the header ${headers.batch} is no number from 1 on`)
}

function handleNeeded(): Error {
  return invalidRequest(
    'malformed-params',
    `live writers belong to a handle: open one and name it in the header ${headers.handle}`,
  )
}
