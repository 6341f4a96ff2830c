import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { CreateThreadParams, ThreadPersistenceMetadata } from '../../src/store/params.js'

/** What a case changes in the params of a new thread. */
export type CreateOverrides = Partial<Omit<CreateThreadParams, 'metadata'>> & {
  readonly metadata?: Partial<ThreadPersistenceMetadata>
}

/** The params of a new thread as Codex gives them. */
export function creating(threadId: ThreadId, overrides: CreateOverrides = {}): CreateThreadParams {
  const { metadata, ...params } = overrides
  return {
    threadId,
    source: 'cli',
    ...params,
    metadata: {
      cwd: '/home/dev/project',
      modelProvider: 'openai',
      cliVersion: '0.131.0',
      ...metadata,
    },
  }
}
