import { homedir } from 'node:os'
import { join } from 'node:path'

/** The home that Codex itself would use. */
export function defaultHome(): string {
  const told = process.env['CODEX_HOME']
  return told === undefined || told === '' ? join(homedir(), '.codex') : told
}
