import { readFileSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import { join } from 'node:path'
import {
  migrate,
  type MigrateOptions,
  type MigrationResult,
  type ThreadOutcome,
} from '../migrate/index.js'
import { systemClock } from '../src/host/clock.js'
import { systemIds } from '../src/host/ids.js'
import type { StoredThread, ThreadStore } from '../src/index.js'

/** A migration with the outcomes of its threads. */
export interface MigrationRun extends MigrationResult {
  readonly outcomes: ReadonlyMap<string, ThreadOutcome>
}

/** Migrates and remembers every outcome. */
export async function runMigration(
  source: ThreadStore,
  target: ThreadStore,
  options: Partial<MigrateOptions> = {},
): Promise<MigrationRun> {
  const outcomes = new Map<string, ThreadOutcome>()
  const result = await migrate({
    source,
    target,
    clock: systemClock,
    ids: systemIds,
    ...options,
    onEvent: (event) => {
      if (event.type === 'finished') outcomes.set(event.outcome.threadId, event.outcome)
      options.onEvent?.(event)
    },
  })
  return { ...result, outcomes }
}

/** Every thread of a store, with its rollouts. */
export async function allThreads(store: ThreadStore): Promise<StoredThread[]> {
  const threads: StoredThread[] = []
  for (const archived of [false, true]) {
    const page = await store.listThreads({ pageSize: 1000, archived, includeRollouts: true })
    threads.push(...page.items)
  }
  return threads
}

/** The bytes of each rollout of a store, by rollout id. */
export async function allBytes(store: ThreadStore): Promise<Map<string, Buffer>> {
  const bytes = new Map<string, Buffer>()
  for (const { threadId } of await allThreads(store)) {
    for (const rollout of (await store.exportThread({ threadId })).rollouts) {
      const chunks: Uint8Array[] = []
      for await (const chunk of rollout.read()) chunks.push(chunk)
      bytes.set(rollout.rolloutId, Buffer.concat(chunks))
    }
  }
  return bytes
}

/** What there is to move of a rollout in a home: its JSONL, or the file where that is no zstd. */
export function fileBytes(home: string, path: string): Buffer {
  const bytes = readFileSync(join(home, path))
  if (!path.endsWith('.zst')) return bytes
  try {
    const plain = zstdDecompressSync(bytes)
    // For one that was cut off Node 22 gives nothing, where later ones throw.
    return plain.length > 0 ? plain : bytes
  } catch {
    return bytes
  }
}
