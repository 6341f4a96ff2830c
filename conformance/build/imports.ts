import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { ImportThreadParams, ImportedRollout } from '../../src/store/raw-history.js'
import type { StoredThread } from '../../src/store/records.js'
import { at, item, userMessage } from './items.js'

/** A record as a source would hand it over. */
export function importedRecord(
  threadId: ThreadId,
  overrides: Partial<StoredThread> = {},
): StoredThread {
  return {
    threadId,
    extraConfig: null,
    rolloutPath: null,
    forkedFromId: null,
    parentThreadId: null,
    preview: 'imported',
    name: null,
    title: null,
    modelProvider: 'openai',
    model: null,
    reasoningEffort: null,
    createdAt: at(0),
    updatedAt: at(60),
    archivedAt: null,
    cwd: '/home/dev/project',
    cliVersion: '0.131.0',
    source: 'cli',
    threadSource: null,
    agentNickname: null,
    agentRole: null,
    agentPath: null,
    gitInfo: null,
    approvalMode: null,
    permissionProfile: null,
    tokenUsage: null,
    firstUserMessage: null,
    memoryMode: 'enabled',
    historyMode: 'legacy',
    extra: null,
    history: null,
    rollouts: null,
    ...overrides,
  }
}

/** A rollout on its way in, from byte 0 unless said otherwise. */
export function importedRollout(
  rolloutId: string,
  chunks: AsyncIterable<Uint8Array>,
  overrides: Partial<ImportedRollout> = {},
): ImportedRollout {
  return { rolloutId, base: null, file: null, fingerprint: null, fromByte: 0, chunks, ...overrides }
}

/** An import of a thread with one rollout. */
export function bareImport(
  threadId: ThreadId,
  chunks: AsyncIterable<Uint8Array>,
  overrides: Partial<StoredThread> = {},
): ImportThreadParams {
  return {
    thread: importedRecord(threadId, overrides),
    rollouts: [importedRollout(threadId, chunks)],
  }
}

/** The line Codex would write for a message. */
export function messageLine(text: string): string {
  return `${JSON.stringify(userMessage(text))}\n`
}

/** The line a rollout begins with. */
export function metaLine(threadId: ThreadId, historyMode?: string): string {
  const payload = { id: threadId, timestamp: at(0), cwd: '/', source: 'cli' }
  const mode = historyMode === undefined ? {} : { history_mode: historyMode }
  return `${JSON.stringify(item('session_meta', { ...payload, ...mode }))}\n`
}
