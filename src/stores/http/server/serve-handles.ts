import type { FastifyReply } from 'fastify'
import { checked } from '../../../store/checked.js'
import { ThreadStoreError } from '../../../store/errors.js'
import { headers } from '../routes.js'
import { jsonAnswer, nothing } from './answer.js'
import { headerOf } from './server-context.js'
import { ServedHandle } from './served-handle.js'
import { type Call, handleLost, isOwn, once, sendAnswer, withStore } from './serving.js'

/** Opens a handle of the store for a client that wants to write. */
export async function serveOpenHandle(call: Call): Promise<FastifyReply> {
  const { context, principal } = call
  const answer = await once(call, async () => {
    if (context.handles.size >= context.limits.handlesMax) throw tooManyHandles()
    const store = checked(await context.open(principal.namespace))
    const handle = new ServedHandle(context.ids.newToken(), principal, store)
    context.handles.add(handle.id, handle)
    return jsonAnswer({ handle: handle.id, idleMs: context.limits.handleIdleMs })
  })
  return sendAnswer(call.reply, answer)
}

/** Says that a handle is still wanted. */
export async function serveRenewHandle(call: Call): Promise<FastifyReply> {
  await withStore(call, async () => {})
  return sendAnswer(call.reply, nothing)
}

/** Closes a handle and so shuts its live writers down. */
export async function serveCloseHandle(call: Call): Promise<FastifyReply> {
  const { context, principal, request } = call
  const id = headerOf(request, headers.handle) ?? ''
  const answer = await once(call, async () => {
    if (!isOwn(context.handles.get(id), principal)) throw handleLost()
    await context.handles.take(id)?.store.close()
    return nothing
  })
  return sendAnswer(call.reply, answer)
}

function tooManyHandles(): ThreadStoreError {
  const why = 'too many handles are open; close some, or wait until unused ones are closed'
  return new ThreadStoreError('RESOURCE_EXHAUSTED', why, { reason: 'too-many-open' })
}
