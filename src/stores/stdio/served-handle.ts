import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.js'
import { invalidRequest } from '../../store/errors.js'
import type { ThreadParams } from '../../store/params.js'
import type { ImportThreadParams } from '../../store/raw-history.js'
import type { StoreVerb, ThreadStore } from '../../store/thread-store.js'
import { ServedRollout } from './served-rollout.js'
import { Upload } from './upload.js'

type AnyVerb = (params: unknown) => Promise<unknown>

/** A handle on the serving side, with the raw history that crosses the wire on its behalf. */
export class ServedHandle {
  readonly #store: ThreadStore
  readonly #exports = new Map<string, ReadonlyMap<string, ServedRollout>>()
  readonly #uploads = new Map<string, Upload>()
  #exportCount = 0

  constructor(store: ThreadStore) {
    this.#store = store
  }

  /** Makes a call of the store; nothing is awaited before it begins. */
  call(verb: StoreVerb, p: JsonObject, signal: AbortSignal): Promise<unknown> {
    if (verb === 'exportThread') return this.#export(p, signal)
    if (verb === 'importThread') return this.#import(p, signal)
    return (this.#store[verb] as AnyVerb).call(this.#store, { ...p, signal })
  }

  /** Bytes of an exported rollout, at most as many as asked for. */
  async read(p: JsonObject): Promise<object> {
    const { fromByte, bytesMax } = p
    const rollout = this.#exports.get(text(p['export']))?.get(text(p['rolloutId']))
    if (rollout === undefined || typeof fromByte !== 'number' || typeof bytesMax !== 'number') {
      throw invalidRequest('malformed-params', '$read names no rollout of an export, or no bytes')
    }
    return { data: (await rollout.read(fromByte, bytesMax)).toString('base64') }
  }

  /** Forgets an export. */
  async release(p: JsonObject): Promise<void> {
    const rollouts = this.#exports.get(text(p['export']))
    this.#exports.delete(text(p['export']))
    for (const rollout of rollouts?.values() ?? []) await rollout.release()
  }

  /** Takes bytes of a running import; resolves once the store wants more. */
  async receiveChunk({ stream, data }: JsonObject): Promise<void> {
    if (typeof data !== 'string') throw invalidRequest('malformed-params', '$chunk without data')
    // An import that has its answer takes no more bytes, which its client may not know yet.
    await this.#uploads.get(text(stream))?.push(Buffer.from(data, 'base64'))
  }

  /** Ends the bytes of a rollout of a running import. */
  endUpload({ stream, failed }: JsonObject): void {
    this.#uploads.get(text(stream))?.end(typeof failed === 'string' ? failed : null)
  }

  async close(): Promise<void> {
    for (const upload of this.#uploads.values()) upload.end('the handle was closed')
    for (const name of this.#exports.keys()) await this.release({ export: name })
    await this.#store.close()
  }

  async #export(p: JsonObject, signal: AbortSignal): Promise<object> {
    const params = { ...p, signal } as unknown as ThreadParams
    const { thread, rollouts, live } = await this.#store.exportThread(params)
    this.#exportCount += 1
    const name = `export-${this.#exportCount}`
    const served = rollouts.map(
      (rollout) => [rollout.rolloutId, new ServedRollout(rollout)] as const,
    )
    this.#exports.set(name, new Map(served))
    const facts = rollouts.map(({ rolloutId, base, file, fingerprint, byteCount }) => ({
      rolloutId,
      base,
      file,
      fingerprint,
      byteCount,
    }))
    return { export: name, thread, rollouts: facts, live }
  }

  async #import(p: JsonObject, signal: AbortSignal): Promise<unknown> {
    const uploads = new Map<string, Upload>()
    const rollouts = listed(p['rollouts']).map((rollout) => {
      // What is no rollout is for the store to refuse.
      if (!isJsonObject(rollout)) return rollout
      const { stream, ...facts } = rollout
      const upload = new Upload()
      uploads.set(text(stream), upload)
      return { ...facts, chunks: upload }
    })
    for (const [stream, upload] of uploads) this.#uploads.set(stream, upload)
    try {
      const what = { ...p, rollouts, signal } as unknown as ImportThreadParams
      return await this.#store.importThread(what)
    } finally {
      for (const [stream, upload] of uploads) {
        this.#uploads.delete(stream)
        upload.drop()
      }
    }
  }
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function listed(rollouts: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(rollouts) ? (rollouts as readonly JsonValue[]) : []
}
