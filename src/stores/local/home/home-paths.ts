import { readdirSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { invalidRequest } from '../../../store/errors.js'
import { configuredText } from './home-config.js'
import { errorCode, unreadable } from './unreadable.js'

/** The two folders of a home that hold rollouts. */
export const rolloutFolders = ['sessions', 'archived_sessions'] as const
export type RolloutFolder = (typeof rolloutFolders)[number]

/** Where the parts of a Codex home lie. */
export interface HomePaths {
  /** The home with links resolved; everything a store touches lies below it or in `sqliteHome`. */
  readonly home: string
  /** Where Codex keeps its databases: the home, unless its configuration says otherwise. */
  readonly sqliteHome: string
  readonly sessionIndex: string
  readonly writerLocks: string
}

/** Finds the parts of a home; refuses a folder that is none and says what is missing. */
export function homePaths(home: string, sqliteHome: string | undefined): HomePaths {
  const resolved = realFolder(home, 'home')
  const elsewhere = sqliteHome ?? configuredSqliteHome(resolved)
  const resolvedSqlite = elsewhere === null ? resolved : realFolder(elsewhere, 'sqliteHome')
  return {
    home: resolved,
    sqliteHome: resolvedSqlite,
    sessionIndex: join(resolved, 'session_index.jsonl'),
    writerLocks: join(resolved, 'thread-writer-locks'),
  }
}

/** Where its configuration puts the databases, unless the home was moved away from there. */
function configuredSqliteHome(home: string): string | null {
  const path = configuredText(home, 'sqlite_home')?.replace(/^~(?=\/|$)/, homedir())
  const folder = path === undefined ? null : resolve(home, path)
  return folder !== null && exists(folder) ? folder : null
}

/** What tells a Codex home from any other folder; one of them is enough. */
export const homeMarks: readonly string[] = [
  ...rolloutFolders,
  'session_index.jsonl',
  'state_5.sqlite',
  'config.toml',
  'auth.json',
]

/** Whether a folder looks like a Codex home, however little is in it. */
export function looksLikeHome(paths: HomePaths): boolean {
  return homeMarks.some((name) => exists(join(paths.home, name)))
}

/** The place of a file inside the home, spelled with `/`; `null` for one that lies outside. */
export function insideHome(home: string, path: string): string | null {
  const place = relative(home, path)
  if (place === '' || place.startsWith('..') || isAbsolute(place)) return null
  return place.split(sep).join('/')
}

function realFolder(path: string, option: string): string {
  try {
    const real = realpathSync(path)
    if (statSync(real).isDirectory()) {
      // One needs permission to read it, the other to go into it; `join` would drop the dot.
      readdirSync(real)
      statSync(`${real}${sep}.`)
      return real
    }
  } catch (reason) {
    const code = errorCode(reason)
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw unreadable(path, reason)
    throw invalidRequest('malformed-params', `${option} ${path} does not exist`, {
      path: `/${option}`,
    })
  }
  throw invalidRequest('malformed-params', `${option} ${path} is not a folder`, {
    path: `/${option}`,
  })
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
