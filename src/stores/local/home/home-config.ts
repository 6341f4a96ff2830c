import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { unreadable } from './unreadable.js'

/**
 * A text that the configuration of a home gives at its top; `null` when it gives none. Only plain
 * strings on a line of their own are read, which is how people and Codex write them.
 */
export function configuredText(home: string, key: 'model_provider' | 'sqlite_home'): string | null {
  const path = join(home, 'config.toml')
  const text = existsSync(path) ? readText(path) : ''
  // Keys of the document stand before its first table.
  const [top = ''] = text.split(/^[ \t]*\[/m)
  return new RegExp(`^[ \\t]*${key}[ \\t]*=[ \\t]*(["'])(.*?)\\1`, 'm').exec(top)?.[2] ?? null
}

/** What it says decides where the databases are, so that none is made up for it. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (reason) {
    throw unreadable(path, reason)
  }
}
