import { isJsonObject } from '../../src/protocol/json.js'
import { type ThreadMetadataPatch, patchFields } from '../../src/store/metadata-patch.js'
import type { CreateThreadParams } from '../../src/store/params.js'
import type { StoredThread } from '../../src/store/records.js'
import type { PortableHistory } from './portable-history.js'

/** Whether a field of the record can be set through the public interface. */
export function isPatchable(field: string): boolean {
  return Object.hasOwn(patchFields, field)
}

/** The patch that gives a thread the record of another, as far as patches reach. */
export function recordPatch(record: StoredThread): ThreadMetadataPatch {
  const git = { sha: null, branch: null, originUrl: null, ...record.gitInfo }
  const entries = Object.entries(patchFields)
    .filter(([field]) => field !== 'gitInfo' && field !== 'rolloutPath' && field !== 'memoryMode')
    .map(([field, rule]) => [field, (record as unknown as Fields)[field], rule] as const)
    .filter(([, value, rule]) => value !== null || rule === 'clearable')
    .map(([field, value]) => [field, value] as const)
  const { memoryMode } = record
  return {
    ...(Object.fromEntries(entries) as ThreadMetadataPatch),
    gitInfo: git,
    ...(memoryMode !== 'polluted' && { memoryMode }),
  }
}

type Fields = Readonly<Record<string, unknown>>

/** What a thread has to be created with to become that of `record`. */
export function createParams(record: StoredThread, history: PortableHistory): CreateThreadParams {
  const { meta } = history
  const originator = meta['originator']
  const instructions = meta['base_instructions']
  const text = isJsonObject(instructions ?? null) ? (instructions as Fields)['text'] : null
  const tools = meta['dynamic_tools']
  const paginated = record.historyMode === 'paginated' && !history.flattened
  return {
    threadId: record.threadId,
    source: record.source,
    extraConfig: record.extraConfig,
    forkedFromId: record.forkedFromId,
    parentThreadId: record.parentThreadId,
    threadSource: record.threadSource,
    historyMode: paginated ? 'paginated' : 'legacy',
    ...(typeof text === 'string' && { baseInstructions: text }),
    ...(Array.isArray(tools) && { dynamicTools: tools }),
    metadata: {
      cwd: record.cwd === '' ? null : record.cwd,
      modelProvider: record.modelProvider,
      cliVersion: record.cliVersion,
      gitInfo: record.gitInfo,
      ...(record.memoryMode !== 'polluted' && { memoryMode: record.memoryMode }),
      ...(typeof originator === 'string' && { originator }),
    },
  }
}
