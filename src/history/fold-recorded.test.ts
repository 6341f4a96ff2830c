import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { StoredTurn } from '../protocol/turn.js'
import { createTurnFolder } from './fold-turns.js'
import { isoTime } from './iso-time.js'
import { createRolloutScan, type RolloutSummary } from './scan-rollout.js'

const fixtures = new URL('../../fixtures/', import.meta.url)

interface Recorded {
  readonly summary: RolloutSummary
  readonly items: readonly RolloutItem[]
  readonly turns: readonly StoredTurn[]
}

/** Every rollout of a home, folded on its own, by the id that its file is named after last. */
function foldHome(home: string): ReadonlyMap<string, Recorded> {
  const root = new URL(`homes/${home}/`, fixtures)
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  return new Map(
    files
      .filter((file) => /rollout-.*\.jsonl$/.test(file))
      .map((file) => {
        const rolloutId = file.slice(-'01a20320-6d70-7852-b50d-7785b67ce898.jsonl'.length, -6)
        const items: RolloutItem[] = []
        const folder = createTurnFolder()
        const scan = createRolloutScan({
          rolloutId,
          onItem(item, { ordinal }) {
            items.push(item)
            folder.push(item, ordinal)
          },
        })
        scan.push(readFileSync(new URL(file, root)))
        return [rolloutId, { summary: scan.end(), items, turns: folder.finish() }]
      }),
  )
}

interface ProjectedTurn {
  readonly thread_id: string
  readonly turn_id: string
  readonly rollout_ordinal: number
  readonly rollout_end_ordinal: number
  readonly status: string
  readonly started_at: number | null
  readonly completed_at: number | null
  readonly duration_ms: number | null
  readonly first_user_item_id: string | null
  readonly final_agent_item_id: string | null
}

/**
 * The fork in which a review was held completes a turn that it never started. Codex's API takes
 * that for the completion of the open turn, and so do we; its projection shows one turn more.
 */
const reviewFork = '01a20320-7ae0-7493-98c5-011ac0423432'

/** Codex's own projection of the turns of a home, by rollout. */
function projectionOf(home: string): ReadonlyMap<string, readonly ProjectedTurn[]> {
  const path = new URL(`homes/${home}/thread_history_1.sqlite`, fixtures)
  const database = new Database(fileURLToPath(path), { readonly: true })
  const query = 'SELECT * FROM thread_turns ORDER BY thread_id, rollout_ordinal'
  const rows = database.prepare<[], ProjectedTurn>(query).all()
  database.close()
  const byRollout = new Map<string, ProjectedTurn[]>()
  for (const row of rows.filter(({ thread_id }) => thread_id !== reviewFork)) {
    byRollout.set(row.thread_id, [...(byRollout.get(row.thread_id) ?? []), row])
  }
  return byRollout
}

function facts(turn: StoredTurn): object {
  const { turnId, status, startedAt, completedAt, durationMs } = turn
  return { turnId, status, startedAt, completedAt, durationMs }
}

/** Codex's migration loses when turns were started. */
function factsOf(turns: readonly StoredTurn[] | undefined, rows: readonly ProjectedTurn[]): object {
  const lost = rows.every(({ started_at }) => started_at === null)
  return (turns ?? []).map((turn) => facts(lost ? { ...turn, startedAt: null } : turn))
}

function projectedFacts(row: ProjectedTurn): object {
  return {
    turnId: row.turn_id,
    status: row.status,
    startedAt: row.started_at === null ? null : isoTime(row.started_at * 1000),
    completedAt: row.completed_at === null ? null : isoTime(row.completed_at * 1000),
    durationMs: row.duration_ms,
  }
}

function completedItemId(item: RolloutItem | undefined): string | null {
  const payload = item?.payload as { item?: { id?: string } } | undefined
  return payload?.item?.id ?? null
}

describe.each(['codex-0.169.0', 'codex-0.131.0-migrated'])('turns of %s', (home) => {
  const recordings = foldHome(home)
  const projection = projectionOf(home)

  test('are the turns that Codex itself projects', () => {
    expect(projection.size).toBeGreaterThan(5)
    for (const [rolloutId, rows] of projection) {
      const turns = recordings.get(rolloutId)?.turns
      expect(factsOf(turns, rows)).toEqual(rows.map(projectedFacts))
    }
  })

  test('carry the items between the ordinals that Codex names', () => {
    for (const [rolloutId, rows] of projection) {
      const recorded = recordings.get(rolloutId)
      const first = recorded?.summary.base?.endOrdinalExclusive ?? 0
      const expected = rows.map(({ rollout_ordinal: start, rollout_end_ordinal: end }) =>
        recorded?.items.slice(start - first, end - first + 1),
      )
      expect(recorded?.turns.map(({ items }) => items)).toEqual(expected)
    }
  })

  test('are summed up by the messages that Codex names', () => {
    for (const [rolloutId, rows] of projection) {
      const folder = createTurnFolder('summary')
      const items = recordings.get(rolloutId)?.items ?? []
      for (const [ordinal, item] of items.entries()) folder.push(item, ordinal)
      const expected = rows.map((row) =>
        [row.first_user_item_id, row.final_agent_item_id].filter((id) => id !== null),
      )
      expect(folder.finish().map((turn) => turn.items.map(completedItemId))).toEqual(expected)
    }
  })
})

describe('turns of codex-0.131.0', () => {
  test('are the turns that Codex projects once it has migrated them', () => {
    const legacy = foldHome('codex-0.131.0')
    const migrated = projectionOf('codex-0.131.0-migrated')
    const others = [...legacy.keys()].filter((rolloutId) => !migrated.has(rolloutId))
    // Codex projects no turns of the threads of its reviewers.
    expect(others.toSorted()).toEqual([reviewFork, '01a20320-7afb-7512-86e7-eb7c2132f1f2'])
    for (const [rolloutId, rows] of migrated) {
      const turns = legacy.get(rolloutId)?.turns
      expect(factsOf(turns, rows)).toEqual(rows.map(projectedFacts))
    }
  })

  test('are the turns that Codex 0.131 has served', () => {
    const legacy = foldHome('codex-0.131.0')
    const served = servedThreads()
    expect(served.length).toBeGreaterThan(5)
    for (const { id, turns } of served) {
      const folded = legacy.get(id)?.turns.map(facts)
      expect(folded).toEqual(turns.map(servedFacts))
    }
  })
})

interface ServedTurn {
  readonly id: string
  readonly status: string
  readonly startedAt: number | null
  readonly completedAt: number | null
  readonly durationMs: number | null
}

interface ServedThread {
  readonly id: string
  readonly turns: readonly ServedTurn[]
}

/** Threads with their turns, as the app-server sent them when it was asked to read one. */
function servedThreads(): readonly ServedThread[] {
  const text = readFileSync(new URL('transcripts/codex-0.131.0.json', fixtures), 'utf8')
  const entries = JSON.parse(text) as { label?: string; result?: { thread?: ServedThread } }[]
  return entries.flatMap(({ label, result }) =>
    label?.startsWith('read') && result?.thread ? [result.thread] : [],
  )
}

function servedFacts(turn: ServedTurn): object {
  const iso = (seconds: number | null): string | null =>
    seconds === null ? null : isoTime(seconds * 1000)
  return {
    turnId: turn.id,
    status: turn.status,
    startedAt: iso(turn.startedAt),
    completedAt: iso(turn.completedAt),
    durationMs: turn.durationMs,
  }
}
