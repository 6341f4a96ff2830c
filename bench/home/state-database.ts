import Database from 'better-sqlite3'
import { fixturePath } from '../../test/support/fixtures.js'
import type { HistoryMode, PlannedThread } from './plan.js'

/** What a row needs beside the plan. */
interface WrittenThread {
  readonly thread: PlannedThread
  readonly rolloutPath: string
  readonly updatedAt: number
  readonly firstMessage: string
  readonly preview: string
  readonly tokensUsed: number
}

const RECORDED: Readonly<Record<HistoryMode, string>> = {
  legacy: 'codex-0.131.0',
  paginated: 'codex-0.169.0',
}

/** The `state_5.sqlite` of a generated home: the schema and migrations of a recorded one, with other rows. */
export class StateDatabase {
  readonly #database: Database.Database
  readonly #mode: HistoryMode
  #insert: Database.Statement | undefined

  constructor(path: string, mode: HistoryMode) {
    const recorded = new Database(fixturePath('homes', RECORDED[mode], 'state_5.sqlite'), {
      readonly: true,
    })
    try {
      recorded.prepare('VACUUM INTO ?').run(path)
    } finally {
      recorded.close()
    }
    this.#database = new Database(path)
    this.#mode = mode
    this.#database.pragma('journal_mode = OFF')
    this.#database.pragma('synchronous = OFF')
    this.#database.pragma('cache_size = -65536')
    this.#database.exec('DELETE FROM threads')
    if (mode === 'paginated') this.#database.exec('DELETE FROM thread_read_receipts')
    this.#database.exec('BEGIN')
  }

  add(written: WrittenThread): void {
    const values = row(this.#mode, written)
    this.#insert ??= this.#database.prepare(
      `INSERT INTO threads (${Object.keys(values).join(', ')})
       VALUES (${Object.keys(values).fill('?').join(', ')})`,
    )
    this.#insert.run(...Object.values(values))
  }

  commit(): void {
    this.#database.exec('COMMIT')
    // Codex leaves its databases in WAL mode, which is part of what a reader of a home must cope with.
    this.#database.pragma('journal_mode = WAL')
  }

  close(): void {
    this.#database.close()
  }
}

type Values = Readonly<Record<string, string | number | null>>

/** As 0.131.0 fills the columns: a name lives in `title`. */
function row(mode: HistoryMode, written: WrittenThread): Values {
  const { thread, updatedAt, firstMessage } = written
  const legacy = {
    id: thread.id,
    rollout_path: written.rolloutPath,
    created_at: Math.floor(thread.createdAt / 1000),
    created_at_ms: thread.createdAt,
    updated_at: Math.floor(updatedAt / 1000),
    updated_at_ms: updatedAt,
    source: thread.source,
    model_provider: thread.modelProvider,
    model: thread.model,
    cwd: thread.cwd,
    title: thread.name ?? firstMessage,
    first_user_message: firstMessage,
    preview: written.preview,
    sandbox_policy: '{"type":"danger-full-access"}',
    approval_mode: 'never',
    tokens_used: written.tokensUsed,
    archived: thread.archived ? 1 : 0,
    archived_at: thread.archived ? Math.floor(updatedAt / 1000) + 60 : null,
    git_sha: thread.git.sha,
    git_branch: thread.git.branch,
    git_origin_url: thread.git.originUrl,
    cli_version: '0.131.0',
    memory_mode: thread.memoryMode,
  }
  return mode === 'legacy' ? legacy : { ...legacy, ...paginatedColumns(written) }
}

/** What 0.169.0 fills otherwise. */
function paginatedColumns({ thread, updatedAt, firstMessage }: WrittenThread): Values {
  return {
    title: firstMessage,
    name: thread.name,
    sandbox_policy: '{"type":"disabled"}',
    cli_version: '0.169.0',
    history_mode: 'paginated',
    originator: thread.originator,
    recency_at: Math.floor(updatedAt / 1000),
    recency_at_ms: updatedAt,
  }
}
