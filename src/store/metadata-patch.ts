import type {
  ApprovalMode,
  GitInfo,
  MemoryMode,
  PermissionProfile,
  SessionSource,
  ThreadSource,
  TokenUsage,
} from '../protocol/metadata.js'
import { invalidRequest } from './errors.js'
import type { ThreadRecord } from './records.js'

/** Changes to git facts, field by field. */
export interface GitInfoPatch {
  readonly sha?: string | null
  readonly branch?: string | null
  readonly originUrl?: string | null
}

/**
 * A literal set of field changes: absent leaves a field, `null` clears it, a value sets it. Only
 * fields typed `| null` can be cleared.
 */
export interface ThreadMetadataPatch {
  readonly name?: string | null
  readonly rolloutPath?: string
  readonly preview?: string
  readonly title?: string
  readonly modelProvider?: string
  readonly model?: string
  readonly reasoningEffort?: string | null
  readonly createdAt?: string
  readonly updatedAt?: string
  readonly source?: SessionSource
  readonly threadSource?: ThreadSource | null
  readonly agentNickname?: string | null
  readonly agentRole?: string | null
  readonly agentPath?: string | null
  readonly cwd?: string
  readonly cliVersion?: string
  readonly approvalMode?: ApprovalMode
  readonly permissionProfile?: PermissionProfile
  readonly tokenUsage?: TokenUsage
  readonly firstUserMessage?: string
  readonly gitInfo?: GitInfoPatch
  readonly memoryMode?: MemoryMode
}

/** Every patch field and whether `null` clears it; `gitInfo` is patched field by field. */
export const patchFields: Readonly<
  Record<keyof ThreadMetadataPatch, 'clearable' | 'set-only' | 'nested'>
> = {
  name: 'clearable',
  rolloutPath: 'set-only',
  preview: 'set-only',
  title: 'set-only',
  modelProvider: 'set-only',
  model: 'set-only',
  reasoningEffort: 'clearable',
  createdAt: 'set-only',
  updatedAt: 'set-only',
  source: 'set-only',
  threadSource: 'clearable',
  agentNickname: 'clearable',
  agentRole: 'clearable',
  agentPath: 'clearable',
  cwd: 'set-only',
  cliVersion: 'set-only',
  approvalMode: 'set-only',
  permissionProfile: 'set-only',
  tokenUsage: 'set-only',
  firstUserMessage: 'set-only',
  gitInfo: 'nested',
  memoryMode: 'set-only',
}

export function isEmptyPatch({ gitInfo, ...fields }: ThreadMetadataPatch): boolean {
  return Object.values({ ...fields, ...gitInfo }).every((value) => value === undefined)
}

/** Applying the result equals applying `first`, then `next`. */
export function mergePatch(
  first: ThreadMetadataPatch,
  next: ThreadMetadataPatch,
): ThreadMetadataPatch {
  const gitInfo =
    first.gitInfo === undefined && next.gitInfo === undefined
      ? {}
      : { gitInfo: { ...given(first.gitInfo), ...given(next.gitInfo) } }
  return { ...given(first), ...given(next), ...gitInfo }
}

/** The record with the patch's fields changed and nothing else. */
export function applyPatch(record: ThreadRecord, patch: ThreadMetadataPatch): ThreadRecord {
  const { gitInfo, ...fields } = given(patch)
  if (gitInfo === undefined) return { ...record, ...fields }
  return { ...record, ...fields, gitInfo: applyGitInfoPatch(record.gitInfo, gitInfo) }
}

function applyGitInfoPatch(before: GitInfo | null, patch: GitInfoPatch): GitInfo | null {
  return knownGitInfo({ sha: null, branch: null, originUrl: null, ...before, ...given(patch) })
}

/** The fields that are there: `undefined` is absent, as in JSON. */
function given<T extends object>(fields: T | undefined): Partial<T> {
  const present = Object.entries(fields ?? {}).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as Partial<T>
}

/** `null` when none of the three facts is known: one spelling for "no git information". */
export function knownGitInfo(git: GitInfo): GitInfo | null {
  return git.sha === null && git.branch === null && git.originUrl === null ? null : git
}

/** Refuses `null` for a field that cannot be cleared, before the schema gives a vaguer answer. */
export function refuseUnclearable(patch: unknown): void {
  if (typeof patch !== 'object' || patch === null) return
  for (const [field, rule] of Object.entries(patchFields)) {
    if (rule !== 'clearable' && (patch as Record<string, unknown>)[field] === null) {
      throw invalidRequest('not-clearable', `${field} cannot be cleared; give it a value`, {
        path: `/patch/${field}`,
      })
    }
  }
}
