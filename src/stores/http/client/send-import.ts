import { printJson } from '../../../protocol/print-json.js'
import type { IdSource } from '../../../host/ids.js'
import { ThreadStoreError } from '../../../store/errors.js'
import type { ImportThreadParams, ThreadReceipt } from '../../../store/raw-history.js'
import { HttpStatus } from '../http-status.js'
import { headers, mediaTypes, otherRoutes, pathOf, verbRoutes } from '../routes.js'
import { type ImportHead, type OpenedImport, type PartHead } from '../wire.js'
import type { HttpConnection } from './http-connection.js'
import type { HttpResponse } from './http-transport.js'
import { type PackedPart, packParts } from './part-packer.js'
import { readForm, readJson, readNothing } from './read-result.js'

/** What sending an import takes. */
interface ImportContext {
  readonly connection: HttpConnection
  readonly ids: IdSource
  readonly partBytesMax: number
}

type Reply = { readonly receipt: ThreadReceipt } | { readonly opened: OpenedImport }

/**
 * Sends a thread in parts, each of which can be sent again. While one is under way the next is
 * gathered, and no more than those two are in memory.
 */
export async function sendImport(
  context: ImportContext,
  params: ImportThreadParams,
): Promise<ThreadReceipt> {
  const { signal } = params
  const chunks = params.rollouts.map((rollout) => rollout.chunks)
  const parts = packParts(chunks, context.partBytesMax)
  const sender = new ImportSender(context, params)
  let gathering = parts.next()
  try {
    for (let number = 1; ; number += 1) {
      const next = await gathering
      if (next.done) throw new TypeError('an import has a last part')
      const sending = sender.send(number, next.value)
      if (!next.value.head.complete) {
        gathering = parts.next()
        // Awaited in the next round; until then nobody else listens to it.
        gathering.catch(() => {})
      }
      const receipt = await sending
      if (receipt !== null) return receipt
      if (signal?.aborted) throw importAborted(signal.reason)
    }
  } catch (reason) {
    await sender.abandon()
    throw reason
  } finally {
    await gathering.catch(() => {})
    await parts.return()
  }
}

class ImportSender {
  readonly #context: ImportContext
  readonly #params: ImportThreadParams
  #opened: OpenedImport | null = null
  #ended = false

  constructor(context: ImportContext, params: ImportThreadParams) {
    this.#context = context
    this.#params = params
  }

  /** Gives the receipt, once the last part was sent. */
  async send(number: number, part: PackedPart): Promise<ThreadReceipt | null> {
    const { connection, ids } = this.#context
    const head = number === 1 ? importHead(this.#params, part.head) : part.head
    const reply = await connection.call({
      ...this.#addressOf(number),
      what: 'importThread',
      body: Buffer.concat([Buffer.from(`${printJson(head)}\n`), ...part.bytes]),
      mediaType: mediaTypes.bytes,
      headers: { [headers.key]: ids.newId() },
      // Until the last part arrives nothing is stored, whatever becomes of the others.
      repeat: part.head.complete ? 'here' : 'freely',
      patient: part.head.complete,
      signal: this.#params.signal,
      read: readReply,
    })
    if ('receipt' in reply) {
      this.#ended = true
      return reply.receipt
    }
    this.#opened = reply.opened
    return null
  }

  /** Tells the server not to wait for more. It would find out by itself, only later. */
  async abandon(): Promise<void> {
    if (this.#opened === null || this.#ended) return
    const { method, path } = otherRoutes.abandonImport
    const call = this.#context.connection.call({
      what: 'giving an import up',
      method,
      path: pathOf(path, { importId: this.#opened.import }),
      repeat: 'freely',
      read: readNothing,
    })
    await call.catch(() => {})
  }

  #addressOf(number: number): { readonly method: string; readonly path: string } {
    if (number === 1) return verbRoutes.importThread
    const { method, path } = otherRoutes.importPart
    const names = { importId: this.#opened?.import ?? '', part: String(number) }
    return { method, path: pathOf(path, names) }
  }
}

function importHead({ thread, rollouts, replace }: ImportThreadParams, part: PartHead): ImportHead {
  return {
    thread: { ...thread, history: null, rollouts: null },
    rollouts: rollouts.map(({ chunks: _chunks, ...facts }) => facts),
    part,
    ...(replace !== undefined && { replace }),
  }
}

async function readReply(response: HttpResponse): Promise<Reply> {
  return response.status === HttpStatus.accepted
    ? { opened: await readForm('openedImport', 'importThread', response) }
    : { receipt: (await readJson('importThread', response)) as ThreadReceipt }
}

function importAborted(cause: unknown): ThreadStoreError {
  const why = 'importThread was aborted before its last part; nothing of it is stored'
  return new ThreadStoreError('RETRYABLE', why, { reason: 'aborted' }, { cause })
}
