import { mkdirSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { HomeWriter, type HomeTotals } from './home/home-writer.js'
import { type HistoryMode, planThreads } from './home/plan.js'

export interface MakeHomeOptions {
  /** Is made if need be, and must be empty. */
  readonly dir: string
  readonly threads?: number
  /** JSONL bytes of all rollouts together, before any is compressed. */
  readonly bytes?: number
  readonly seed?: number
  /** `legacy` is what Codex 0.131.0 writes, `paginated` what 0.169.0 writes. */
  readonly mode?: HistoryMode
  /** Codex lists only threads of the provider it is configured for. */
  readonly modelProvider?: string
  /** Where the paths in `state_5.sqlite` say the home is; `dir` unless given. */
  readonly recordedAt?: string
}

export interface MadeHome extends HomeTotals {
  readonly dir: string
}

const DEFAULT_THREADS = 2_000
const DEFAULT_THREAD_BYTES = 145_000

/**
 * Makes a Codex home that Codex itself takes for its own. The same options give the same bytes and times, wherever
 * `dir` is, if `recordedAt` is given too. Memory does not grow with the home.
 *
 * Codex 0.131.0 cannot read the archived threads that are compressed; releases since the summer of 2026 can. A
 * paginated home has no `thread_history_1.sqlite`: Codex projects a rollout into it when it resumes the thread.
 */
export function makeHome(options: MakeHomeOptions): MadeHome {
  const dir = resolve(options.dir)
  mkdirSync(dir, { recursive: true })
  if (readdirSync(dir).length > 0) throw new RangeError(`${dir} is not empty`)

  const { threads = DEFAULT_THREADS, seed = 1, mode = 'legacy', modelProvider = 'openai' } = options
  const { bytes = threads * DEFAULT_THREAD_BYTES, recordedAt = dir } = options
  const plan = planThreads({ threads, bytes, seed, mode, modelProvider })
  const writer = new HomeWriter({ dir, recordedAt, mode, seed })
  try {
    for (const thread of plan) writer.add(thread)
    writer.finish()
  } finally {
    writer.close()
  }
  return { dir, ...writer.totals }
}
