import Database from 'better-sqlite3'
import { lstatSync, readdirSync, readFileSync, utimesSync } from 'node:fs'
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Fixture, fixturePath, readManifest } from './fixtures.js'
import { temporaryFolder } from './temporary-folder.js'

/** The recorded homes; `0.131.0-migrated` is the first after `codex migrate-rollouts` of 0.169.0. */
export type RecordedHome = '0.131.0' | '0.131.0-migrated' | '0.169.0'

/** Where the homes were recorded: rows of `state_5.sqlite` hold absolute paths under it. */
const RECORDED_AT = '/home/dev/.codex'

const RECORDED_ON = Date.UTC(2026, 10, 22, 12)

/** A thread of a home, as its row has it. */
export interface HomeThread {
  readonly id: string
  /** Relative to the home. */
  readonly rolloutPath: string
}

/** A copy of a recorded home that the test may change. Its rows point to where it was recorded, as after a move. */
export async function copyHome(version: RecordedHome): Promise<string> {
  const home = join(temporaryFolder(), '.codex')
  await cp(fixturePath('homes', `codex-${version}`), home, { recursive: true })
  settleTimes(home)
  return home
}

/** A copy whose rows point into the copy, as in a home that was never moved. */
export async function copyHomeInPlace(version: RecordedHome): Promise<string> {
  const home = await copyHome(version)
  withState(home, (state) => {
    state
      .prepare('UPDATE threads SET rollout_path = replace(rollout_path, ?, ?)')
      .run(RECORDED_AT, home)
  })
  settleTimes(home)
  return home
}

/** A home that holds the named files of `fixtures/damaged/`, or all of them, and no database. */
export async function damagedHome(...names: readonly string[]): Promise<string> {
  const home = join(temporaryFolder(), '.codex')
  await mkdir(join(home, 'sessions'), { recursive: true })
  for (const { path, home: place } of damagedFixtures(...names)) {
    await cp(fixturePath(path), join(home, place), { recursive: true })
  }
  settleTimes(home)
  return home
}

/** Entries of `fixtures/damaged/` by file name: `torn-tail`, or `siblings` for two files. All, if none is named. */
export function damagedFixtures(...names: readonly string[]): (Fixture & { home: string })[] {
  const all = readManifest().flatMap((fixture) => {
    return fixture.home === undefined ? [] : [{ ...fixture, home: fixture.home }]
  })
  if (names.length === 0) return all
  return names.flatMap((name) => {
    const files = [`damaged/${name}.jsonl`, `damaged/${name}.jsonl.zst`]
    const found = all.filter(({ path }) => files.includes(path))
    if (found.length === 0) throw new Error(`there is no fixtures/damaged/${name}.jsonl`)
    return found
  })
}

/** The threads that have a row, newest first. */
export function listThreads(home: string): HomeThread[] {
  const rows = withState(home, (state) =>
    state
      .prepare<[], { id: string; rollout_path: string }>(
        'SELECT id, rollout_path FROM threads ORDER BY created_at_ms DESC',
      )
      .all(),
  )
  return rows.map(({ id, rollout_path }) => {
    const [, rolloutPath] = /((?:archived_)?sessions\/.+)$/.exec(rollout_path) ?? []
    if (rolloutPath === undefined) throw new Error(`the row of ${id} names no rollout of a home`)
    return { id, rolloutPath }
  })
}

/** The newest thread that is not archived: the one whole-home damage is done to. */
export function newestThread(home: string): HomeThread {
  const thread = listThreads(home).find(({ rolloutPath }) => rolloutPath.startsWith('sessions/'))
  if (thread === undefined) throw new Error('the home has no thread that is not archived')
  return thread
}

/** Lets `use` have the home's `state_5.sqlite`, and closes it again. */
export function withState<T>(home: string, use: (state: Database.Database) => T): T {
  const state = new Database(join(home, 'state_5.sqlite'))
  try {
    return use(state)
  } finally {
    state.close()
  }
}

/**
 * Gives every file the time it would have in a Codex home: a rollout that of its last line, everything else that of
 * the newest rollout. Git keeps no times, and a test must not depend on when it was checked out.
 */
export function settleTimes(home: string): void {
  const names = readdirSync(home, { recursive: true, encoding: 'utf8' })
  const paths = [home, ...names.map((name) => join(home, name))]
  const times = new Map(paths.map((path) => [path, lastLineTime(path)]))
  const newest = Math.max(RECORDED_ON, ...[...times.values()].filter((time) => time !== undefined))
  for (const [path, time = newest] of times) {
    if (!lstatSync(path).isSymbolicLink()) utimesSync(path, time / 1000, time / 1000)
  }
}

function lastLineTime(path: string): number | undefined {
  if (!path.endsWith('.jsonl') || !lstatSync(path).isFile()) return undefined
  const stamps = readFileSync(path, 'utf8').matchAll(/^\{"timestamp":"(\d[^"]+)"/gm)
  const last = [...stamps].at(-1)?.[1]
  return last === undefined ? undefined : Date.parse(last)
}
