import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.js'
import type { SessionSource } from '../protocol/metadata.js'

/** Codex spells the same things with underscores in histories and in camel case to clients. */
export function camelCase(word: string): string {
  return word.replaceAll(/_([a-z\d])/g, (_whole, letter: string) => letter.toUpperCase())
}

/** A value whose keys are spelled for clients, all the way down. */
export function camelKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(camelKeys)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [camelCase(key), camelKeys(part)]),
  )
}

/** Why a turn failed, as clients are told; words and keys alike. */
export function apiErrorInfo(info: JsonValue): JsonValue {
  return typeof info === 'string' ? camelCase(info) : camelKeys(info)
}

const sources: Readonly<Record<string, string>> = {
  cli: 'cli',
  vscode: 'vscode',
  exec: 'exec',
  mcp: 'appServer',
  unknown: 'unknown',
}

/** Who started a thread, as clients are told. */
export function apiSource(source: SessionSource): JsonValue {
  if (typeof source === 'string') {
    return Object.hasOwn(sources, source) ? (sources[source] ?? 'unknown') : 'unknown'
  }
  if ('custom' in source) return { custom: source['custom'] ?? '' }
  // The keys inside a subagent's source are spelled the same way on both sides.
  return 'subagent' in source ? { subAgent: source['subagent'] ?? 'other' } : 'unknown'
}

const sandboxTypes: Readonly<Record<string, string>> = {
  'read-only': 'readOnly',
  'workspace-write': 'workspaceWrite',
  'danger-full-access': 'dangerFullAccess',
  'external-sandbox': 'externalSandbox',
}

/** A sandbox policy as clients are told of it. */
export function apiSandbox(policy: JsonObject): JsonObject {
  const { type, ...rest } = policy
  const spelled = typeof type === 'string' ? (sandboxTypes[type] ?? type) : 'readOnly'
  return { type: spelled, ...(camelKeys(rest) as JsonObject) }
}

/** A sandbox policy as clients give it. */
export function coreSandbox(policy: JsonObject): JsonObject {
  const { type, ...rest } = policy
  const spelled = Object.entries(sandboxTypes).find(([, api]) => api === type)?.[0]
  const fields = Object.fromEntries(
    Object.entries(rest).map(([key, part]): [string, JsonValue] => [snakeCase(key), part]),
  )
  return { type: spelled ?? 'read-only', ...fields }
}

function snakeCase(word: string): string {
  return word.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** Whole seconds of an ISO time. */
export function seconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000)
}
