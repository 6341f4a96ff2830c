import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { createDatabase } from '../src/stores/local/state/create-database.js'

type Row = Readonly<Record<string, string | number | null | Buffer>>

const PINNED = '01a20348-e181-7281-a1f6-91fc548596a6'
const OTHER = '01a20348-e093-7be2-98d2-8d97714ac183'
const GOAL = '01a20348-e018-7ad1-91d1-ad06b7baca88'

/** A row for each table of Codex 0.169 that has something to say of a thread and says it nowhere else. */
const rows: readonly (readonly [file: string, table: string, row: Row])[] = [
  [
    'state_5.sqlite',
    'projects',
    { id: 'p', name: 'P', metadata: '{"a":1}', position: 3, created_at_ms: 1, updated_at_ms: 2 },
  ],
  ['state_5.sqlite', 'project_roots', { project_id: 'p', position: 0, path: '/srv/p' }],
  [
    'state_5.sqlite',
    'thread_dynamic_tools',
    {
      thread_id: PINNED,
      position: 0,
      name: 'lookup',
      description: 'looks up',
      input_schema: '{"type":"object"}',
      defer_loading: 1,
      namespace: 'n',
    },
  ],
  [
    'state_5.sqlite',
    'thread_spawn_edges',
    { parent_thread_id: PINNED, child_thread_id: OTHER, status: 'open' },
  ],
  [
    'state_5.sqlite',
    'thread_attachments',
    {
      id: 'att',
      thread_id: PINNED,
      attachment_type: 'file',
      identity_key: 'k',
      payload: '{}',
      created_at: 7,
    },
  ],
  [
    'state_5.sqlite',
    'guardian_review_feedback',
    { id: 'g', thread_id: PINNED, record: Buffer.from([0, 255, 10]) },
  ],
  ['goals_1.sqlite', 'thread_goal_continuation_deferrals', { thread_id: GOAL }],
  [
    'queue_1.sqlite',
    'queued_items',
    {
      id: 'q',
      thread_id: PINNED,
      payload_json: '{"text":"next"}',
      queue_order: 4,
      created_at_ms: 5,
      updated_at_ms: 6,
    },
  ],
  [
    'memories_1.sqlite',
    'stage1_outputs',
    {
      thread_id: PINNED,
      source_updated_at: 1,
      raw_memory: 'raw',
      rollout_summary: 'short',
      rollout_slug: null,
      generated_at: 2,
      usage_count: 3,
      last_usage: 4,
      selected_for_phase2: 1,
      selected_for_phase2_source_updated_at: 5,
    },
  ],
]

/** Puts a row into every table that holds something of threads, where the recorded home has none. */
export function fillEveryTable(home: string): void {
  createDatabase(home, 'queue')
  createDatabase(home, 'memories')
  for (const [file, table, row] of rows) {
    withDatabase(home, file, (db) => {
      const names = Object.keys(row)
      const places = names.map(() => '?').join(', ')
      const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`
      db.prepare(sql).run(...Object.values(row))
    })
  }
  withDatabase(home, 'state_5.sqlite', (db) => {
    db.prepare('UPDATE threads SET project_id = ? WHERE id = ?').run('p', PINNED)
    db.prepare('UPDATE threads SET attached_thread_parent_id = ? WHERE id = ?').run(PINNED, OTHER)
  })
}

const tables: readonly (readonly [file: string, table: string])[] = [
  ...new Map(
    [
      ...rows.map(([file, table]) => [file, table] as const),
      ['state_5.sqlite', 'thread_sections'] as const,
      ['state_5.sqlite', 'thread_read_receipts'] as const,
      ['goals_1.sqlite', 'thread_goals'] as const,
      ['queue_1.sqlite', 'queued_thread_revisions'] as const,
    ].map((entry) => [entry.join(), entry]),
  ).values(),
]

/** Columns of a thread's row that say where the home is, or when it was written. */
const ofTheHome = new Set(['rollout_path', 'sandbox_policy'])

/** Every row of a home that belongs to a thread, by table, in one order. */
export function rowsOfThreads(home: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const [file, table] of [...tables, ['state_5.sqlite', 'threads'] as const]) {
    const print = (row: unknown): string =>
      JSON.stringify(row, (key, value: unknown) => (ofTheHome.has(key) ? undefined : value))
    const all = withDatabase(home, file, (db) => db.prepare(`SELECT * FROM ${table}`).all())
    found.set(table, all.map(print).toSorted())
  }
  return found
}

function withDatabase<T>(home: string, file: string, use: (db: Database.Database) => T): T {
  const path = join(home, file)
  if (!existsSync(path)) throw new Error(`there is no ${path}`)
  const db = new Database(path)
  try {
    return use(db)
  } finally {
    db.close()
  }
}
