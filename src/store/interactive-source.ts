import type { SessionSource } from '../protocol/metadata.js'

/** Hosts in which people talk to a thread themselves, besides the command line and editors. */
const interactiveHosts: ReadonlySet<unknown> = new Set(['atlas', 'chatgpt'])

/** Whether a thread was started by a person; Codex's lists show no others unless they are asked. */
export function isInteractive(source: SessionSource): boolean {
  if (typeof source === 'string') return source === 'cli' || source === 'vscode'
  return interactiveHosts.has(source['custom'])
}
