import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import type { Clock } from '../../../host/clock.js'

const PROCESSES = '/proc'

/** How long what was seen of other processes counts: looking costs more than one export. */
const GOOD_FOR_MS = 3000

/**
 * The files of a home that other processes have open for writing. Releases of Codex before August
 * 2026 take no lock, but keep the rollout open that they write. Known on Linux, for processes that
 * this one may look at.
 */
export class OpenWriters {
  readonly #folders: readonly string[]
  readonly #clock: Clock
  #seen: { readonly at: number; readonly paths: ReadonlySet<string> } | null = null

  constructor(folders: readonly string[], clock: Clock) {
    this.#folders = folders
    this.#clock = clock
  }

  has(path: string): boolean {
    const now = this.#clock.now()
    const age = now - (this.#seen?.at ?? Number.NEGATIVE_INFINITY)
    if (this.#seen === null || age < 0 || age > GOOD_FOR_MS) {
      this.#seen = { at: now, paths: new Set(this.others().map((file) => file.path)) }
    }
    return this.#seen.paths.has(path)
  }

  /** Whether this system says who writes what. */
  get known(): boolean {
    return namesIn(`${PROCESSES}/self/fd`).length > 0
  }

  /** What other processes write right now. */
  others(): WrittenFile[] {
    return this.all().filter(({ pid }) => pid !== process.pid)
  }

  /** What any process writes right now, this one too. */
  all(): WrittenFile[] {
    return [...writtenFiles(this.#folders)]
  }
}

/** A file that a process has open for writing. */
interface WrittenFile {
  readonly path: string
  readonly pid: number
}

function* writtenFiles(folders: readonly string[]): Generator<WrittenFile> {
  for (const pid of namesIn(PROCESSES)) {
    if (!/^\d+$/.test(pid)) continue
    for (const fd of namesIn(`${PROCESSES}/${pid}/fd`)) {
      const path = linkTarget(`${PROCESSES}/${pid}/fd/${fd}`)
      if (path === null || !folders.some((folder) => path.startsWith(`${folder}/`))) continue
      if (isWriting(`${PROCESSES}/${pid}/fdinfo/${fd}`)) yield { path, pid: Number(pid) }
    }
  }
}

/** The lowest two bits of a file's flags, in octal, say whether it is open for reading only. */
function isWriting(info: string): boolean {
  const flags = /^flags:\s*([0-7]+)$/m.exec(textOf(info))?.[1]
  return flags !== undefined && (Number.parseInt(flags, 8) & 3) !== 0
}

// Processes and files come and go while this looks at them, and some are not ours to look at.

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
