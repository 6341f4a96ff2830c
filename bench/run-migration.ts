import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CliRun, runCli } from './run-cli.js'
import { inFolder } from './workspace.js'

/** A migration, and how fast it was while it went. */
export interface MigrationRun extends CliRun {
  /** Megabytes read in each second. */
  readonly rates: readonly number[]
}

/** `threadstore migrate` with its events, which tell once a second how far it is. */
export async function runMigration(source: string, target: string): Promise<MigrationRun> {
  return await inFolder(async (folder) => {
    const events = join(folder, 'events.jsonl')
    const run = await runCli(['migrate', source, target, '--events', events])
    return { ...run, rates: ratesOf(await readFile(events, 'utf8')) }
  })
}

/** How often a migration tells how far it is. */
const TOLD_EVERY_MS = 1000

/** What was read from one event about progress to the next, divided by the time between them. */
export function ratesOf(events: string): number[] {
  const stands = events
    .split('\n')
    .filter((line) => line.includes('"progress"'))
    .map((line) => JSON.parse(line) as { at: string; bytes: number })
    .map(({ at, bytes }) => ({ ms: Date.parse(at), bytes }))
  const start = { ms: (stands[0]?.ms ?? 0) - TOLD_EVERY_MS, bytes: 0 }
  return stands.map(({ ms, bytes }, index) => {
    const before = stands[index - 1] ?? start
    return (bytes - before.bytes) / 1e3 / Math.max(1, ms - before.ms)
  })
}
