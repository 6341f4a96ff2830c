import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { constants, zstdCompressSync } from 'node:zlib'
import { type Conversation, converse } from './conversation.js'
import { Journal } from './journal.js'
import { LegacyLines } from './legacy-lines.js'
import { LineWriter } from './line-writer.js'
import { PaginatedLines } from './paginated-lines.js'
import { type HistoryMode, MINIMUM_THREAD_BYTES, type PlannedThread } from './plan.js'
import { Random } from './random.js'
import type { Cut, RolloutLines } from './rollout-lines.js'
import { StateDatabase } from './state-database.js'
import { Text } from './text.js'

export interface HomeTotals {
  threads: number
  rollouts: number
  /** JSONL bytes, before any rollout is compressed. */
  bytes: number
  archived: number
  compressed: number
  named: number
  forked: number
  reverted: number
}

interface HomeWriterOptions {
  readonly dir: string
  readonly recordedAt: string
  readonly mode: HistoryMode
  readonly seed: number
}

interface Rollout extends Conversation {
  readonly path: string
  readonly journal: Journal
}

const FORK_SHARE = 0.05
const REVERT_SHARE = 0.03
const REMEMBERED_CUTS = 64
const CODEX_ZSTD_LEVEL = 3

/** Writes one thread after the other into the folders and databases of a home. */
export class HomeWriter {
  readonly totals: HomeTotals = {
    threads: 0,
    rollouts: 0,
    bytes: 0,
    archived: 0,
    compressed: 0,
    named: 0,
    forked: 0,
    reverted: 0,
  }

  readonly #options: HomeWriterOptions
  readonly #state: StateDatabase
  readonly #writer = new LineWriter()
  readonly #text = new Text(new Random(0))
  readonly #index: string[] = []
  /** Where later threads may fork from. */
  readonly #cuts: Cut[] = []
  #folder = ''

  constructor(options: HomeWriterOptions) {
    this.#options = options
    this.#state = new StateDatabase(join(options.dir, 'state_5.sqlite'), options.mode)
  }

  add(thread: PlannedThread): void {
    const random = new Random(this.#options.seed ^ 0x5bd1e995, thread.index)
    this.#text.use(random)
    const { rollout, preview } =
      this.#options.mode === 'legacy'
        ? this.#writeLegacy(thread, random)
        : this.#writePaginated(thread, random)
    const { journal, path, firstMessage } = rollout
    this.#state.add({
      thread,
      rolloutPath: join(this.#options.recordedAt, path),
      updatedAt: journal.now,
      firstMessage,
      preview,
      tokensUsed: journal.total.input + journal.total.output,
    })
    this.#count(thread, journal)
    if (thread.compressed) this.#compress(path, journal.now)
  }

  /** Without this call the home has no rows and no names. */
  finish(): void {
    this.#state.commit()
    writeFileSync(join(this.#options.dir, 'session_index.jsonl'), this.#index.join(''))
  }

  close(): void {
    this.#state.close()
  }

  #writeLegacy(thread: PlannedThread, random: Random): { rollout: Rollout; preview: string } {
    const journal = new Journal(thread, random, this.#writer)
    const lines = new LegacyLines(journal)
    const rollout = this.#writeRollout(journal, lines, thread.id, thread.bytes)
    return { rollout, preview: rollout.firstMessage }
  }

  /** A thread that was reverted has two rollouts; the second begins inside the first. */
  #writePaginated(thread: PlannedThread, random: Random): { rollout: Rollout; preview: string } {
    const base = this.#cuts.length > 0 && random.chance(FORK_SHARE) ? random.pick(this.#cuts) : null
    const half = Math.floor(thread.bytes / 2)
    const reverts =
      !thread.compressed && half > MINIMUM_THREAD_BYTES.paginated && random.chance(REVERT_SHARE)
    const journal = new Journal(thread, random, this.#writer)
    const lines = new PaginatedLines(journal, { rolloutId: thread.id, base })
    const first = this.#writeRollout(journal, lines, thread.id, reverts ? half : thread.bytes)
    if (base !== null) this.totals.forked++
    if (!thread.compressed) this.#remember(first.cuts)
    const preview = base?.preview ?? first.firstMessage
    const revertedTo = first.cuts[0]
    if (!reverts || revertedTo === undefined) return { rollout: first, preview }

    this.totals.reverted++
    journal.pass(60_000)
    const rolloutId = random.uuid(journal.now)
    const next = new PaginatedLines(journal, { rolloutId, base: revertedTo })
    const second = this.#writeRollout(journal, next, `${thread.id}_${rolloutId}`, half)
    this.#remember(second.cuts)
    return { rollout: { ...second, firstMessage: first.firstMessage }, preview }
  }

  #writeRollout(journal: Journal, lines: RolloutLines, id: string, end: number): Rollout {
    const path = rolloutPath(id, journal)
    const file = join(this.#options.dir, path)
    const folder = dirname(file)
    if (folder !== this.#folder) mkdirSync(folder, { recursive: true })
    this.#folder = folder
    this.#writer.open(file)
    const conversation = converse({ journal, lines, text: this.#text, end })
    this.#writer.close()
    this.totals.rollouts++
    this.totals.bytes += this.#writer.position
    setTimes(file, journal.now)
    return { ...conversation, path, journal }
  }

  #remember(cuts: readonly Cut[]): void {
    this.#cuts.push(...cuts)
    this.#cuts.splice(0, this.#cuts.length - REMEMBERED_CUTS)
  }

  #count(thread: PlannedThread, journal: Journal): void {
    this.totals.threads++
    if (thread.archived) this.totals.archived++
    if (thread.compressed) this.totals.compressed++
    if (thread.name === null) return
    this.totals.named++
    const time = new Date(journal.now).toISOString().replace('Z', '000000Z')
    this.#index.push(
      `${JSON.stringify({ id: thread.id, thread_name: thread.name, updated_at: time })}\n`,
    )
  }

  /** Replaces a rollout by its .zst as Codex does: the same name and times, no checksum. The plan keeps these small. */
  #compress(path: string, time: number): void {
    const plain = join(this.#options.dir, path)
    const params = { [constants.ZSTD_c_compressionLevel]: CODEX_ZSTD_LEVEL }
    writeFileSync(`${plain}.zst`, zstdCompressSync(readFileSync(plain), { params }))
    setTimes(`${plain}.zst`, time)
    rmSync(plain)
  }
}

function rolloutPath(id: string, { thread, now }: Journal): string {
  const time = new Date(now).toISOString().slice(0, 19)
  const name = `rollout-${time.replaceAll(':', '-')}-${id}.jsonl`
  if (thread.archived) return join('archived_sessions', name)
  return join('sessions', ...time.slice(0, 10).split('-'), name)
}

/** Codex takes the time of the last change from the file. File systems keep more than milliseconds, and so does this. */
function setTimes(file: string, time: number): void {
  const seconds = (time + 0.456) / 1000
  utimesSync(file, seconds, seconds)
}
