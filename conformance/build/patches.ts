import type { JsonObject } from '../../src/protocol/json.js'
import { type ThreadMetadataPatch, patchFields } from '../../src/store/metadata-patch.js'
import { at } from './items.js'

/** A field a patch can change. */
export type Field = keyof ThreadMetadataPatch

/** Two values for every field, so that setting is told from setting once. */
export const samples: { readonly [F in Field]-?: readonly [unknown, unknown] } = {
  name: ['Thread Alpha', 'Mémoire'],
  rolloutPath: ['/elsewhere/a.jsonl', '/elsewhere/b.jsonl'],
  preview: ['a preview', 'another preview'],
  title: ['a title', 'another title'],
  modelProvider: ['azure', 'ollama'],
  model: ['gpt-5.2-codex', 'o9'],
  reasoningEffort: ['high', 'minimal'],
  createdAt: [at(-1_000), at(-2_000)],
  updatedAt: [at(3_000), at(-4_000)],
  source: ['exec', { subagent: 'review' }],
  threadSource: ['user', 'subagent'],
  agentNickname: ['Ada', 'Grace'],
  agentRole: ['reviewer', 'explorer'],
  agentPath: ['/root/ada', '/root/grace'],
  cwd: ['/srv/one', '/srv/two/'],
  cliVersion: ['0.150.0', '0.169.0'],
  approvalMode: ['on-request', { granular: { shell: 'never' } }],
  permissionProfile: [{ type: 'disabled' }, { type: 'managed', roots: ['/srv'] }],
  tokenUsage: [tokens(100), tokens(7)],
  firstUserMessage: ['hello', 'good morning'],
  gitInfo: [git('c0ffee', 'main'), git('f00ba4', 'feature/x')],
  memoryMode: ['disabled', 'enabled'],
}

function tokens(totalTokens: number): JsonObject {
  const counts = { inputTokens: totalTokens - 3, cachedInputTokens: 1, outputTokens: 2 }
  return { ...counts, reasoningOutputTokens: 1, totalTokens }
}

function git(sha: string, branch: string): JsonObject {
  return { sha, branch, originUrl: 'https://example.com/r.git' }
}

/** A store with `paths` owns this field, so cases for all stores leave it out. */
export const fields: readonly Field[] = (Object.keys(patchFields) as Field[]).filter(
  (field) => field !== 'rolloutPath',
)

/** A patch of one field. */
export function patchOf(field: Field, value: unknown): ThreadMetadataPatch {
  return { [field]: value }
}

/** Everything set at once, to see what a change of one field does to the others. */
export function fullPatch(choice: 0 | 1): ThreadMetadataPatch {
  return Object.fromEntries(fields.map((field) => [field, samples[field][choice]]))
}
