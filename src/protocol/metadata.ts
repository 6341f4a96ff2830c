import type { JsonObject } from './json.js'

/**
 * Who started a thread: `cli`, `vscode` (default), `exec`, `mcp`, `unknown`, or an object such as
 * `{ subagent: 'review' }` or `{ custom: 'atlas' }`.
 */
export type SessionSource = string | JsonObject

/** What a thread is for, where Codex says so: `user`, `subagent`, … */
export type ThreadSource = string

/** `polluted` is read, never set: Codex writes it when a web search touched the thread's memory. */
export type MemoryMode = 'enabled' | 'disabled'
export type StoredMemoryMode = MemoryMode | 'polluted'

/** Approval policy: `never`, `on-request`, `on-failure`, `untrusted`, or a granular object. */
export type ApprovalMode = string | JsonObject

/** Permission profile or legacy sandbox policy, kept as Codex wrote it. */
export type PermissionProfile = JsonObject

/** Git facts of a thread's working directory. A field that is not known is `null`. */
export interface GitInfo {
  readonly sha: string | null
  readonly branch: string | null
  readonly originUrl: string | null
}

/** Tokens, as last reported for the whole thread. */
export interface TokenUsage {
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly outputTokens: number
  readonly reasoningOutputTokens: number
  readonly totalTokens: number
}

/** How a rollout is written: `paginated` lines carry ordinals and may begin from a base. */
export type HistoryMode = 'legacy' | 'paginated'
