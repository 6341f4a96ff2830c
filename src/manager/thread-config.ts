import type { JsonObject } from '../protocol/json.js'
import type { ApprovalMode, MemoryMode, PermissionProfile } from '../protocol/metadata.js'

/** How a loaded thread works: what a turn tells the model, and what it writes about itself. */
export interface ThreadConfig {
  readonly model: string
  readonly modelProvider: string
  /** `null`: the thread has no file system. */
  readonly cwd: string | null
  /** The model's standing instructions. */
  readonly instructions: string
  readonly reasoningEffort: string | null
  /** How much the model says of its reasoning: `auto`, `concise`, `detailed` or `none`. */
  readonly reasoningSummary: string
  readonly approvalPolicy: ApprovalMode
  readonly sandboxPolicy: JsonObject
  readonly permissionProfile: PermissionProfile
  /** Tokens the model can take; `null` when nobody knows. */
  readonly contextWindow: number | null
  /** Tokens at which the context is compacted by itself; `null`: nine tenths of the window. */
  readonly autoCompactTokens: number | null
  readonly memoryMode: MemoryMode
}

/** What may change from one turn to the next. */
export type TurnSettings = Partial<
  Pick<
    ThreadConfig,
    'model' | 'cwd' | 'reasoningEffort' | 'approvalPolicy' | 'sandboxPolicy' | 'permissionProfile'
  >
>

/** A thread that is given nothing but a model; no tool of ours touches the machine. */
export const defaultConfig: Omit<ThreadConfig, 'model'> = {
  modelProvider: 'openai',
  cwd: null,
  instructions: '',
  reasoningEffort: null,
  reasoningSummary: 'auto',
  approvalPolicy: 'never',
  sandboxPolicy: { type: 'read-only' },
  permissionProfile: { type: 'disabled' },
  contextWindow: null,
  autoCompactTokens: null,
  memoryMode: 'enabled',
}
