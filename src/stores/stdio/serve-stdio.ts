import { isUtf8 } from 'node:buffer'
import type { Readable, Writable } from 'node:stream'
import { type RawLine, splitLines } from '../../history/split-lines.js'
import { type JsonObject, isJsonObject } from '../../protocol/json.js'
import { parseJson } from '../../protocol/parse-json.js'
import { printJson } from '../../protocol/print-json.js'
import { checked } from '../../store/checked.js'
import { type CrashPoint, CrashTrigger, crashMoments } from '../../store/crash-point.js'
import { ThreadStoreError, invalidRequest, storeClosed } from '../../store/errors.js'
import { type StoreVerb, type ThreadStore, storeVerbs } from '../../store/thread-store.js'
import { errorToWire } from '../../store/wire-error.js'
import { WIRE_PROTOCOL } from './adapter.js'
import { drained } from './drained.js'
import { ServedHandle } from './served-handle.js'

/** Names a storage. */
export interface ServedStorage {
  /** `[a-z0-9_]`, at most 40 characters, begins with a letter. */
  readonly scope: string
}

/** A store to be served: how its handles are opened. A subject of the conformance suite is one. */
export interface ServedStore {
  readonly name: string
  readonly version?: string
  /** Opens the first handle on a storage. */
  readonly open: Opener
  /** Opens another handle on a storage that is open. */
  readonly openSecond?: Opener
  /** Opens a storage again that nobody has open any more. */
  readonly reopen?: Opener
  /** Removes a storage that nobody has open. */
  readonly destroy?: (storage: ServedStorage) => unknown
}

/** What a server may do besides serving. */
export interface ServeStdioOptions {
  /**
   * Ends the process at once, as `kill -9` does. Given, the client may choose a moment inside a call
   * for it: the door `crash`.
   */
  readonly crash?: () => void
}

type Opener = (storage: ServedStorage) => ThreadStore | Promise<ThreadStore>

/**
 * Serves a store over `docs/wire.md`: requests from `input`, answers to `output`, usually the
 * process's own stdin and stdout. Resolves when `input` has ended and every handle is closed;
 * rejects when `input` holds a line that is no request.
 */
export async function serveStdio(
  served: ServedStore,
  input: Readable,
  output: Writable,
  options: ServeStdioOptions = {},
): Promise<void> {
  // A client that is gone ends the input too, which is what counts.
  output.on('error', () => {})
  const session = new Session(served, output, options)
  try {
    for await (const line of splitLines(input)) {
      session.receive(textOf(line))
      await session.drained()
    }
  } finally {
    await session.close()
  }
}

/** Bytes that are no text are no request: what they would be read as is not what was meant. */
function textOf({ bytes, length }: RawLine): string {
  if (bytes === null)
    throw new TypeError(`no request: a line of ${length} bytes, which is too long`)
  if (!isUtf8(bytes)) throw new TypeError('no request: a line that is not UTF-8')
  return bytes.toString('utf8')
}

interface Request {
  readonly op: string
  readonly h: string | null
  readonly p: JsonObject
  readonly signal: AbortSignal
}

/** The line of an answer is written by whoever finishes; requests begin in the order they came. */
class Session {
  readonly #served: ServedStore
  readonly #output: Writable
  readonly #handles = new Map<string, ServedHandle>()
  /** By the ids of the calls that run. */
  readonly #running = new Map<number, AbortController>()
  readonly #crash: CrashTrigger | null
  #closed = false

  constructor(served: ServedStore, output: Writable, { crash }: ServeStdioOptions) {
    this.#served = served
    this.#output = output
    this.#crash = crash === undefined ? null : new CrashTrigger(crash)
  }

  receive(line: string): void {
    const request = parseJson(line)
    if (!isJsonObject(request)) throw new TypeError(`no request: ${line.slice(0, 200)}`)
    const { id, op, h, p } = request
    if (typeof op !== 'string' || !isJsonObject(p)) {
      throw new TypeError(`a request without op and p: ${line.slice(0, 200)}`)
    }
    if (op === '$abort') this.#running.get(p['id'] as number)?.abort()
    if (typeof id !== 'number') return
    const controller = new AbortController()
    this.#running.set(id, controller)
    const handle = typeof h === 'string' ? h : null
    void this.#answer(id, { op, h: handle, p, signal: controller.signal })
  }

  /** Waits until the client has read enough of what was written. */
  async drained(): Promise<void> {
    if (this.#output.writableNeedDrain) await drained(this.#output)
  }

  async close(): Promise<void> {
    this.#closed = true
    const handles = [...this.#handles.values()]
    this.#handles.clear()
    await Promise.all(handles.map((handle) => handle.close()))
  }

  async #answer(id: number, request: Request): Promise<void> {
    let line: string
    try {
      line = printJson({ id, ok: (await this.#dispatch(request)) ?? null })
    } catch (reason) {
      line = printJson({ id, err: errorToWire(ThreadStoreError.from(reason, request.op)) })
    }
    this.#running.delete(id)
    this.#output.write(`${line}\n`)
  }

  #dispatch(request: Request): unknown {
    const { op, h, p, signal } = request
    const { open, openSecond, reopen, destroy } = this.#served
    switch (op) {
      case '$hello':
        return this.#hello()
      case '$open':
        return this.#open(request, open)
      case '$second':
        return this.#open(request, openSecond)
      case '$reopen':
        return this.#open(request, reopen)
      case '$crash':
        if (this.#crash === null) throw notOffered(op)
        return this.#crash.set(crashPointOf(p))
      case '$destroy':
        if (destroy === undefined) throw notOffered(op)
        return destroy.call(this.#served, storageOf(p))
      default:
        return this.#onHandle(op, h, p, signal)
    }
  }

  #hello(): object {
    const { name, version, openSecond, reopen, destroy } = this.#served
    const doors = { second: openSecond, reopen, destroy, crash: this.#crash }
    return {
      protocol: WIRE_PROTOCOL,
      name,
      version: version ?? null,
      doors: Object.entries(doors).flatMap(([door, opener]) => (opener ? [door] : [])),
    }
  }

  async #open({ op, h, p }: Request, opener: Opener | undefined): Promise<object> {
    if (opener === undefined) throw notOffered(op)
    if (h === null || this.#handles.has(h)) {
      throw invalidRequest('malformed-params', `${op} needs a handle name that is not in use`)
    }
    const opened = checked(await opener.call(this.#served, storageOf(p)))
    if (this.#closed) {
      await opened.close()
      throw storeClosed()
    }
    const store = this.#crash?.watched(opened) ?? opened
    this.#handles.set(h, new ServedHandle(store))
    return { supports: store.supports }
  }

  #onHandle(op: string, h: string | null, p: JsonObject, signal: AbortSignal): unknown {
    const handle = h === null ? undefined : this.#handles.get(h)
    if (h === null || handle === undefined) throw storeClosed()
    switch (op) {
      case '$close':
        this.#handles.delete(h)
        return handle.close()
      case '$read':
        return handle.read(p)
      case '$release':
        return handle.release(p)
      case '$chunk':
        return handle.receiveChunk(p)
      case '$end':
        return handle.endUpload(p)
      default:
        if (!isVerb(op)) throw notOffered(op)
        return handle.call(op, p, signal)
    }
  }
}

function isVerb(op: string): op is StoreVerb {
  return storeVerbs.some((verb) => verb === op)
}

function notOffered(operation: string): ThreadStoreError {
  return new ThreadStoreError('UNSUPPORTED', `this adapter has no ${operation}`, {
    reason: 'not-claimed',
    operation,
  })
}

function storageOf({ scope }: JsonObject): ServedStorage {
  return { scope: typeof scope === 'string' ? scope : 'default' }
}

function crashPointOf({ calls, at }: JsonObject): CrashPoint {
  const moment = crashMoments.find((one) => one === at)
  if (typeof calls === 'number' && moment !== undefined) return { calls, at: moment }
  throw invalidRequest('malformed-params', '$crash names no call or no moment of it')
}
