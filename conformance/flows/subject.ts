import type { Wire } from './wire.js'

/** Where a server is started. */
export interface FlowPlace {
  /** Base URL of the model it has to ask. */
  readonly modelUrl: string
  /** A folder of its own, the same when it is started again on the same threads. */
  readonly folder: string
  /** How long a thread stays loaded that nobody follows; `null`: as long as the server likes. */
  readonly unloadDelayMs: number | null
}

/** A server that was started. */
export interface FlowServer {
  /** Connects a client. Where `connections` is `one`, this can be called once. */
  connect(): Wire
  /** Every call its store was given so far: names, and `includeHistory` where it was asked for. */
  readonly storeCalls?: () => readonly string[]
  /** Stores a thread that another one spawned and in which something was said; its id. */
  readonly spawn?: (parentThreadId: string) => Promise<string>
  stop(): Promise<void>
}

/** An app-server to be tested, whatever it is made of. */
export interface FlowSubject {
  readonly name: string
  /** How many clients one server has at a time. */
  readonly connections: 'one' | 'several'
  /** Whether threads are still there when it is started again. */
  readonly durable: boolean
  /** Whether it heeds `unloadDelayMs` of its place. @defaultValue false */
  readonly unloads?: boolean
  start(place: FlowPlace): Promise<FlowServer>
}
