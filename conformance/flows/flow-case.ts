import type { AppServerClient } from './app-server-client.js'
import type { FlowRequirementId } from './requirements.js'

/** What a case needs that not every subject has. */
export type FlowDoor = 'several-connections' | 'restart' | 'store-calls' | 'spawn' | 'unload'

/** What a case may touch. */
export interface FlowContext {
  /** A client that has introduced itself. */
  readonly client: AppServerClient
  /** Makes a git work tree, on the branch `main`; the same one when called again. */
  readonly project: () => Promise<string>
  /** A client that has not introduced itself. Needs the door `several-connections`. */
  readonly stranger: () => AppServerClient
  /** Another client. Needs the door `several-connections`. */
  readonly second: () => Promise<AppServerClient>
  /** Ends the server, at once if `kill`, and starts it on the same threads. Needs `restart`. */
  readonly restart: (kill?: boolean) => Promise<AppServerClient>
  /** Stores a thread that another one spawned and in which something was said. Needs `spawn`. */
  readonly spawn: (parentThreadId: string) => Promise<string>
  /** Needs the door `store-calls`. */
  readonly storeCalls: () => readonly string[]
}

/** One check of an app-server, as data. */
export interface FlowCase {
  /** Stable for ever: `fork.order`. */
  readonly id: string
  /** A fact in the present tense. */
  readonly title: string
  readonly requirements: readonly FlowRequirementId[]
  readonly doors?: readonly FlowDoor[]
  /** How long a thread stays loaded that nobody follows, for cases that wait for its end. */
  readonly unloadDelayMs?: number
  run(context: FlowContext): Promise<void>
}
