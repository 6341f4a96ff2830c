import { createHash } from 'node:crypto'
import type { Clock } from '../src/host/clock.js'
import type { ThreadId } from '../src/protocol/thread-id.js'
import type { ThreadStore } from '../src/store/thread-store.js'
import type { CaseContext, ConformanceCase, Search, StorageProcess } from './case.js'
import type {
  StoreSubject,
  SubjectContext,
  SubjectDoor,
  SubjectLimits,
  SubjectProcess,
} from './subject.js'
import { Trace } from './trace.js'

/** A case’s context together with what the runner does with it. */
export interface OpenContext {
  readonly context: CaseContext
  readonly trace: Trace
  /** Closes every handle and removes the storage. Rejects when the store does. */
  readonly dispose: () => Promise<void>
}

/** What a context is made of. */
export interface ContextOptions {
  readonly subject: StoreSubject
  readonly testCase: ConformanceCase
  readonly clock: Clock
  readonly search: Search
  /** Makes a name of storage that was never used. */
  readonly newScope: () => string
}

/** Limits with the defaults filled in. */
export function limitsOf({ limits = {} }: StoreSubject): Required<SubjectLimits> {
  return { caseTimeoutMs: 10_000, clockSkewMs: 5_000, runs: 30, ...limits }
}

/** The doors a subject has. */
function doorsOf(subject: StoreSubject): ReadonlySet<SubjectDoor> {
  const doors: readonly SubjectDoor[] = ['reopen', 'openSecond', 'spawn']
  return new Set(doors.filter((door) => subject[door] !== undefined))
}

/** Opens the first handle on fresh storage, and the doors to more. The case counts in `figures`. */
export async function openContext(
  options: ContextOptions,
  figures: Map<string, number>,
): Promise<OpenContext> {
  const { subject, testCase, clock, search } = options
  const trace = new Trace()
  const storage = new Storage(subject, trace, options.newScope())
  const store = await storage.open('store', 'open')
  let extra: Storage | null = null
  let count = 0
  const context: CaseContext = {
    store,
    supports: store.supports,
    limits: limitsOf(subject),
    doors: doorsOf(subject),
    search,
    threadId: () => {
      count += 1
      return threadIdOf(`${search.seed} ${testCase.id} ${count}`)
    },
    now: () => clock.now(),
    sleep: (ms) => clock.sleep(ms),
    second: () => (extra ?? storage).open('second', 'openSecond'),
    reopen: async () => {
      const current = extra ?? storage
      await current.closeAll()
      return current.open('reopened', 'reopen')
    },
    fresh: async () => {
      await extra?.remove()
      trace.restart()
      count = 0
      extra = new Storage(subject, trace, options.newScope())
      return extra.open('store', 'open')
    },
    process: () => (extra ?? storage).process(),
    keepProgram: () => trace.keep(),
    beginProgram: () => trace.restart(),
    count: (figure, by = 1) => {
      figures.set(figure, (figures.get(figure) ?? 0) + by)
    },
  }
  const dispose = async (): Promise<void> => {
    try {
      await extra?.remove()
    } finally {
      await storage.remove()
    }
  }
  return { context, trace, dispose }
}

/** The storage of one scope, the handles on it and the processes that have some of them. */
class Storage {
  readonly #subject: StoreSubject
  readonly #trace: Trace
  readonly #context: SubjectContext
  readonly #processes = new Set<SubjectProcess>()
  /** How many handles had a name: the program calls the second one `second2`. */
  readonly #opened = new Map<string, number>()
  /** Open handles, with the process each lives in; `null` is this one. */
  readonly #handles = new Map<ThreadStore, SubjectProcess | null>()

  constructor(subject: StoreSubject, trace: Trace, scope: string) {
    this.#subject = subject
    this.#trace = trace
    this.#context = { scope }
  }

  async open(name: string, door: 'open' | Exclude<SubjectDoor, 'spawn'>): Promise<ThreadStore> {
    const opener = this.#subject[door]
    if (opener === undefined) throw new TypeError(`the subject has no ${door}`)
    const handle = await opener.call(this.#subject, this.#context)
    this.#handles.set(handle, null)
    const count = (this.#opened.get(name) ?? 0) + 1
    this.#opened.set(name, count)
    return this.#trace.traced(handle, count === 1 ? name : `${name}${count}`)
  }

  async process(): Promise<StorageProcess> {
    const process = await this.#subject.spawn?.()
    if (process === undefined) throw new TypeError('the subject has no spawn')
    this.#processes.add(process)
    const open = async (name: string, door: 'openSecond' | 'reopen'): Promise<ThreadStore> => {
      const handle = await process[door](this.#context)
      this.#handles.set(handle, process)
      return this.#trace.traced(handle, name)
    }
    return {
      second: () => open('elsewhere', 'openSecond'),
      reopen: () => open('revived', 'reopen'),
      crash: process.crash === undefined ? null : async (point) => process.crash?.(point),
      kill: () => this.#kill(process),
      close: () => this.#close(process),
    }
  }

  async closeAll(): Promise<void> {
    const handles = [...this.#handles.keys()]
    this.#handles.clear()
    await Promise.all(handles.map((handle) => handle.close()))
  }

  async remove(): Promise<void> {
    try {
      await this.closeAll()
    } finally {
      await Promise.all([...this.#processes].map((process) => process.close()))
    }
    await this.#subject.destroy?.(this.#context)
  }

  async #kill(process: SubjectProcess): Promise<void> {
    this.#forget(process)
    await process.kill()
  }

  async #close(process: SubjectProcess): Promise<void> {
    await Promise.all(this.#forget(process).map((handle) => handle.close()))
    await process.close()
  }

  /** The handles that lived in a process. */
  #forget(process: SubjectProcess): ThreadStore[] {
    this.#processes.delete(process)
    const own = [...this.#handles].filter(([, owner]) => owner === process)
    for (const [handle] of own) this.#handles.delete(handle)
    return own.map(([handle]) => handle)
  }
}

/** A UUIDv7 in looks; the same text gives the same one, so that a replay meets the same ids. */
function threadIdOf(text: string): ThreadId {
  const hex = createHash('sha256').update(text).digest('hex')
  return `0190${hex.slice(0, 4)}-${hex.slice(4, 8)}-7${hex.slice(8, 11)}-8${hex.slice(11, 14)}-${hex.slice(14, 26)}`
}
