import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The home that Codex itself would use. */
export function defaultHome(): string {
  const told = process.env['CODEX_HOME']
  return told === undefined || told === '' ? join(homedir(), '.codex') : told
}

/** Where Codex was told to keep the databases of its own home; of other homes that says nothing. */
export function toldSqliteHome(home: string): { readonly sqliteHome?: string } {
  const told = process.env['CODEX_SQLITE_HOME']
  const isOwn = resolve(home) === resolve(defaultHome())
  return isOwn && told !== undefined && told !== '' ? { sqliteHome: told } : {}
}
