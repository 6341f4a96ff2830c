import { Random } from './random.js'

export type HistoryMode = 'legacy' | 'paginated'

/** Everything about a thread that is settled before its first line is written. */
export interface PlannedThread {
  readonly index: number
  readonly id: string
  readonly createdAt: number
  /** How long its JSONL is to become. */
  readonly bytes: number
  readonly cwd: string
  readonly git: { readonly sha: string; readonly branch: string; readonly originUrl: string }
  readonly model: string
  readonly modelProvider: string
  readonly source: string
  readonly originator: string
  readonly memoryMode: 'enabled' | 'disabled'
  readonly archived: boolean
  readonly compressed: boolean
  readonly name: string | null
}

interface PlanOptions {
  readonly threads: number
  readonly bytes: number
  readonly seed: number
  readonly mode: HistoryMode
  readonly modelProvider: string
}

/** Written into every session_meta, as a model's own instructions are. */
export const BASE_INSTRUCTIONS: string =
  'You are a coding agent that runs in a terminal on the computer of a user. Be precise, safe and helpful. ' +
  'Read the code before you change it, keep changes small, and follow the style that is there. Run the tests ' +
  'that cover what you touched and say which you ran. Never commit unless you are asked to. When a command ' +
  'fails, read its output to the end before you try another. Prefer ripgrep to grep. Answer briefly: name ' +
  'files with their paths, and leave out what the user can see in the diff.'

/** A thread shorter than this would not hold one turn. */
export const MINIMUM_THREAD_BYTES: Readonly<Record<HistoryMode, number>> = {
  legacy: 4_000,
  paginated: 8_000,
}

const DAY = 86_400_000
const FIRST_DAY = Date.UTC(2026, 4, 4)
const DAYS = 200
const SIZE_SPREAD = 1.4
const MAX_COMPRESSED_BYTES = 16 << 20

const PROJECTS = ['payments', 'web-app', 'infra', 'docs', 'mobile', 'search', 'ledger', 'sandbox']
const MODELS = ['gpt-5.1-codex', 'gpt-5.1-codex', 'gpt-5.1-codex-mini', 'gpt-5.2']
const BRANCHES = ['main', 'main', 'develop', 'fix/flaky-test', 'feature/export', 'release/2.4']
const SOURCES = [
  { source: 'cli', originator: 'codex_cli_rs' },
  { source: 'cli', originator: 'codex_cli_rs' },
  { source: 'vscode', originator: 'codex_vscode' },
  { source: 'vscode', originator: 'codex_vscode' },
  { source: 'exec', originator: 'codex_exec' },
]
const TASKS = ['Fix the flaky test in', 'Review', 'Speed up', 'Explain', 'Refactor', 'Übersetzen:']

/**
 * The threads of a home, oldest first. Sizes are log-normal and add up to `bytes`: most threads are short, and a few
 * hold most of the home.
 */
export function planThreads(options: PlanOptions): Iterable<PlannedThread> {
  const { threads, bytes, mode } = options
  const minimum = MINIMUM_THREAD_BYTES[mode]
  if (!(bytes >= threads * minimum)) {
    throw new RangeError(`${threads} threads need at least ${threads * minimum} bytes`)
  }
  return draw(options, minimum)
}

function* draw(options: PlanOptions, minimum: number): Generator<PlannedThread> {
  const { threads, bytes, seed } = options
  const spare = bytes - threads * minimum
  let weights = 0
  for (let index = 0; index < threads; index++) weights += weight(seed, index)
  for (let index = 0; index < threads; index++) {
    const share = weight(seed, index) / weights
    yield planThread(options, index, minimum + Math.floor(spare * share))
  }
}

/** Drawn from a stream of its own, so that it can be drawn again instead of being kept. */
function weight(seed: number, index: number): number {
  return Math.exp(SIZE_SPREAD * new Random(~seed, index).normal())
}

function planThread(options: PlanOptions, index: number, bytes: number): PlannedThread {
  const random = new Random(options.seed, index)
  const day = FIRST_DAY + Math.floor((DAYS * index) / options.threads) * DAY
  const createdAt = day + 8 * 3_600_000 + random.below(12 * 3_600_000)
  const project = random.pick(PROJECTS)
  const archived = random.chance(0.1)
  return {
    index,
    id: random.uuid(createdAt),
    createdAt,
    bytes,
    cwd: `/home/dev/${project}`,
    git: {
      sha: random.hex(40),
      branch: random.pick(BRANCHES),
      originUrl: `https://example.com/acme/${project}.git`,
    },
    model: random.pick(MODELS),
    modelProvider: options.modelProvider,
    ...random.pick(SOURCES),
    memoryMode: random.chance(0.04) ? 'disabled' : 'enabled',
    archived,
    compressed: archived && random.chance(0.4) && bytes <= MAX_COMPRESSED_BYTES,
    name: random.chance(0.3) ? `${random.pick(TASKS)} ${project}` : null,
  }
}

export function gitInfo({ git }: PlannedThread): string {
  return `{"commit_hash":"${git.sha}","branch":"${git.branch}","repository_url":"${git.originUrl}"}`
}
