import type { LiveThreadHost } from '../live/live-thread.js'
import type { PathReader } from '../live/path-reader.js'
import type { GitInfo, SessionSource } from '../protocol/metadata.js'
import { isJsonObject } from '../protocol/json.js'
import type { CodexThreadHost } from './codex-thread.js'
import type { ThreadConfig } from './thread-config.js'

/** What the operations of a manager share. */
export interface ManagerHost extends LiveThreadHost, CodexThreadHost {
  /** For threads that do not say otherwise. */
  readonly config: Partial<ThreadConfig> & Pick<ThreadConfig, 'model'>
  readonly paths: PathReader | null
  readonly gitInfo: (cwd: string) => Promise<GitInfo | null>
  readonly originator: string
  readonly cliVersion: string
}

/** Whether a thread is the host's own. */
export function isInternal(source: SessionSource): boolean {
  return isJsonObject(source) && 'internal' in source
}
