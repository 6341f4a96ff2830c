import { asBuffer } from '../../../history/as-buffer.js'
import type { ThreadId } from '../../../protocol/thread-id.js'
import { ThreadStoreError } from '../../../store/errors.js'
import type { ExportedRollout, ThreadExport } from '../../../store/raw-history.js'
import { otherRoutes, pathOf } from '../routes.js'
import type { Exported, ExportedFacts } from '../wire.js'
import type { HttpConnection } from './http-connection.js'
import { type HttpResponse, TransportError } from './http-transport.js'

/** What reading the bytes of an export takes. */
interface ExportContext {
  readonly connection: HttpConnection
  readonly threadId: ThreadId
  /** Asks for the export again, when the server has forgotten it. */
  readonly again: () => Promise<Exported>
}

/** An export whose bytes are asked for when somebody reads them. */
export function receivedExport(context: ExportContext, exported: Exported): ThreadExport {
  let held = exported
  async function renew(): Promise<Exported> {
    held = await context.again()
    return held
  }
  const { thread, live } = exported
  return {
    thread,
    live,
    rollouts: exported.rollouts.map((facts): ExportedRollout => ({
      ...facts,
      read: (fromByte = 0) => readRollout(context, facts, fromByte, () => held, renew),
    })),
  }
}

/** Answers in a row that may break off before their first byte. */
const BARREN_MAX = 4

/**
 * The bytes of a rollout from a byte on. A connection that breaks is followed by one that goes on
 * where it broke, as long as the server still has the export: then the bytes are of one moment.
 */
async function* readRollout(
  context: ExportContext,
  facts: ExportedFacts,
  fromByte: number,
  current: () => Exported,
  renew: () => Promise<Exported>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = fromByte
  let barren = 0
  let exported = current()
  while (at < facts.byteCount) {
    const response = await request(context, facts, at, exported).catch(async (reason: unknown) => {
      // Bytes of another moment may follow no others; none were given yet, so all can be of that one.
      if (at > fromByte || !isGone(reason)) throw reason
      exported = requireSame(facts, await renew())
      return request(context, facts, at, exported)
    })
    barren += 1
    try {
      for await (const chunk of response.body) {
        const bytes = asBuffer(chunk).subarray(0, facts.byteCount - at)
        at += bytes.length
        barren = 0
        yield bytes
        if (at >= facts.byteCount) return
      }
    } catch (reason) {
      if (!(reason instanceof TransportError)) throw reason
    }
    if (barren === BARREN_MAX) throw brokenOff(context, facts, at)
  }
}

function brokenOff(
  { connection }: ExportContext,
  { rolloutId }: ExportedFacts,
  at: number,
): ThreadStoreError {
  return new ThreadStoreError(
    'RETRYABLE',
    `rollout ${rolloutId} breaks off at byte ${at}; the log of ${connection.server} may say why`,
    { reason: 'unavailable' },
  )
}

async function request(
  { connection, threadId }: ExportContext,
  { rolloutId }: ExportedFacts,
  at: number,
  exported: Exported,
): Promise<HttpResponse> {
  const { method, path } = otherRoutes.rolloutBytes
  const query = new URLSearchParams({ export: exported.export, fromByte: String(at) })
  return connection.call({
    what: 'reading a rollout',
    method,
    path: `${pathOf(path, { threadId, rolloutId })}?${query.toString()}`,
    repeat: 'freely',
    read: (response) => Promise.resolve(response),
  })
}

function isGone(reason: unknown): boolean {
  return ThreadStoreError.is(reason, 'RETRYABLE') && reason.details.reason === 'unavailable'
}

/** The rollout may have grown since; what was promised of it must still be there. */
function requireSame(facts: ExportedFacts, exported: Exported): Exported {
  const now = exported.rollouts.find(({ rolloutId }) => rolloutId === facts.rolloutId)
  if (now !== undefined && now.byteCount >= facts.byteCount) return exported
  throw new ThreadStoreError(
    'RETRYABLE',
    `rollout ${facts.rolloutId} is not what it was; export the thread again`,
    { reason: 'unavailable' },
  )
}
