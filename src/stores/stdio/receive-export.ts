import type { JsonObject } from '../../protocol/json.js'
import { wireProblem } from '../../protocol/validate.js'
import type { ExportedRollout, ThreadExport } from '../../store/raw-history.js'
import type { StoredThread } from '../../store/records.js'
import { protocolBroken } from './adapter-error.js'
import { CHUNK_BYTES } from './chunk-bytes.js'
import type { StdioHandle } from './stdio-thread-store.js'

/** The answer to `exportThread`: facts, and the name under which bytes are asked for. */
interface WireExport {
  readonly export: string
  readonly thread: StoredThread
  readonly rollouts: readonly Omit<ExportedRollout, 'read'>[]
  readonly live: boolean
}

/** Tells the adapter that nobody can read an export any more. */
const released = new FinalizationRegistry<() => void>((release) => release())

/** Exports a thread; its bytes cross the wire when they are read, a chunk at a time. */
export async function receiveExport(
  handle: StdioHandle,
  p: object,
  signal: AbortSignal | undefined,
): Promise<ThreadExport> {
  const { connection, name } = handle
  const op = 'exportThread'
  const value = await connection.call({ op, h: name, p, effect: 'none', signal })
  const problem = wireProblem('exportResult', value)
  if (problem !== null) {
    const where = `${problem.path || 'the result'} ${problem.message}`
    throw protocolBroken(`${connection.who} answered ${op} with what is no export: ${where}`)
  }
  const exported = value as WireExport
  // Every reader holds the key, so it is collected once none of them can be called any more.
  const key = { export: exported.export }
  released.register(key, () => {
    connection
      .call({ op: '$release', h: name, p: { export: exported.export }, effect: 'none' })
      .catch(() => {})
  })
  return {
    thread: exported.thread,
    live: exported.live,
    rollouts: exported.rollouts.map((rollout) => ({
      ...rollout,
      read: (fromByte = 0) => readRollout(handle, key, rollout, fromByte),
    })),
  }
}

async function* readRollout(
  { connection, name }: StdioHandle,
  key: { readonly export: string },
  { rolloutId, byteCount }: Omit<ExportedRollout, 'read'>,
  start: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let fromByte = start
  while (fromByte < byteCount) {
    const p = { ...key, rolloutId, fromByte, bytesMax: Math.min(CHUNK_BYTES, byteCount - fromByte) }
    const value = await connection.call({ op: '$read', h: name, p, effect: 'none' })
    const bytes = wireProblem('readResult', value) === null ? bytesOf(value as JsonObject) : null
    if (bytes === null || bytes.length === 0 || bytes.length > p.bytesMax) {
      const came = bytes === null ? 'no base64' : `${bytes.length} bytes`
      const asked = `1 to ${p.bytesMax} bytes of rollout ${rolloutId} from byte ${fromByte}`
      throw protocolBroken(`${connection.who} was asked for ${asked} and gave ${came}`)
    }
    yield bytes
    fromByte += bytes.length
  }
}

function bytesOf({ data }: JsonObject): Buffer {
  return Buffer.from(data as string, 'base64')
}
