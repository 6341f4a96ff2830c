import { isJsonObject, type JsonValue } from '../../src/protocol/json.js'
import { parseJson } from '../../src/protocol/parse-json.js'
import type { HistoryPosition } from '../../src/protocol/rollout-item.js'
import type { RolloutId } from '../../src/protocol/thread-id.js'
import { locateValues } from './locate-values.js'
import { type Mapping, mapPath, mapProvider } from './mapping.js'

/** Bytes in the place of others. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly bytes: Buffer
}

/** Where a place of another rollout is once that one was mapped. */
type MapPosition = (position: HistoryPosition) => Promise<number>

const folders = [
  'payload.cwd',
  'payload.workspace_roots.*',
  'payload.runtime_workspace_roots.*',
  'payload.thread_settings.cwd',
] as const
const providers = ['payload.model_provider', 'payload.thread_settings.model_provider_id'] as const
const baseOffset = 'payload.history_base.end_byte_offset'

const wanted: ReadonlySet<string> = new Set([...folders, ...providers, baseOffset])
const folderPaths: ReadonlySet<string> = new Set(folders)

/** The lines that Codex takes a thread's folder and provider from. */
const kinds = ['"session_meta"', '"turn_context"', '"thread_settings_applied"'] as const

/**
 * What is to be replaced in a line of a rollout, by places in the line. A line that is not JSON in
 * UTF-8 stays what it is.
 */
export async function lineEdits(
  line: Buffer,
  mapping: Mapping,
  mapPosition: MapPosition,
): Promise<Edit[]> {
  if (!kinds.some((kind) => line.includes(kind))) return []
  const text = decoded(line)
  const item = text === null ? undefined : parseJson(text)
  if (text === null || item === undefined || !speaksOfThread(item)) return []
  const edits: Edit[] = []
  for (const { path, start, end } of locateValues(text, wanted)) {
    const value = parseJson(text.slice(start, end))
    const mapped =
      path === baseOffset
        ? await mappedBase(item, value, mapPosition)
        : mappedText(path, value, mapping)
    if (mapped === value || mapped === undefined) continue
    edits.push({
      start: Buffer.byteLength(text.slice(0, start)),
      end: Buffer.byteLength(text.slice(0, end)),
      bytes: Buffer.from(JSON.stringify(mapped)),
    })
  }
  return edits
}

function decoded(line: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line)
  } catch {
    return null
  }
}

function speaksOfThread(item: JsonValue): boolean {
  if (!isJsonObject(item)) return false
  const { type, payload } = item
  if (type === 'session_meta' || type === 'turn_context') return true
  return (
    type === 'event_msg' && isJsonObject(payload) && payload['type'] === 'thread_settings_applied'
  )
}

function mappedText(
  path: string,
  value: JsonValue | undefined,
  mapping: Mapping,
): JsonValue | undefined {
  if (typeof value !== 'string') return value
  return folderPaths.has(path) ? mapPath(value, mapping) : mapProvider(value, mapping)
}

/** The place a history begins from moves with the bytes before it. */
async function mappedBase(
  item: JsonValue,
  value: JsonValue | undefined,
  mapPosition: MapPosition,
): Promise<JsonValue | undefined> {
  const payload = isJsonObject(item) ? item['payload'] : null
  const base = isJsonObject(payload) ? payload['history_base'] : null
  const rolloutId = isJsonObject(base) ? base['thread_id'] : null
  if (typeof rolloutId !== 'string' || typeof value !== 'number') return value
  return await mapPosition({
    rolloutId: rolloutId satisfies RolloutId,
    endOrdinalExclusive: 0,
    endByteOffset: value,
  })
}
