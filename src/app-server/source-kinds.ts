import { isJsonObject } from '../protocol/json.js'
import type { SessionSource } from '../protocol/metadata.js'
import { isInteractive } from '../store/interactive-source.js'

/** Whether a thread was started by one of these; none named means: by a person. */
export function matchesSourceKinds(source: SessionSource, kinds: readonly string[]): boolean {
  return kinds.length > 0
    ? kindsOf(source).some((kind) => kinds.includes(kind))
    : isInteractive(source)
}

const plainKinds: Readonly<Record<string, string>> = {
  cli: 'cli',
  vscode: 'vscode',
  exec: 'exec',
  mcp: 'appServer',
}

const subagentKinds: Readonly<Record<string, string>> = {
  review: 'subAgentReview',
  compact: 'subAgentCompact',
}

/** The kinds a source belongs to, in the words of `thread/list`. */
function kindsOf(source: SessionSource): readonly string[] {
  if (typeof source === 'string') {
    return [Object.hasOwn(plainKinds, source) ? (plainKinds[source] ?? 'unknown') : 'unknown']
  }
  const subagent = source['subagent']
  if (subagent === undefined) return ['unknown']
  if (typeof subagent === 'string') {
    return ['subAgent', subagentKinds[subagent] ?? 'subAgentOther']
  }
  const spawned = isJsonObject(subagent) && 'thread_spawn' in subagent
  return ['subAgent', spawned ? 'subAgentThreadSpawn' : 'subAgentOther']
}
