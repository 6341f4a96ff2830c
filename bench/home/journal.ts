import type { LineWriter } from './line-writer.js'
import type { PlannedThread } from './plan.js'
import type { Random } from './random.js'

export interface TokenCounts {
  readonly input: number
  readonly cached: number
  readonly output: number
  readonly reasoning: number
}

const NO_TOKENS: TokenCounts = { input: 0, cached: 0, output: 0, reasoning: 0 }

const DAY = 86_400_000

export const CONTEXT_WINDOW = 258_400

/** A text that is already escaped for a JSON string. */
export type Body = Uint8Array

/** One thread while it is written: its clock, its token counts, and the file its lines go to. */
export class Journal {
  readonly thread: PlannedThread
  readonly random: Random
  readonly writer: LineWriter
  /** The time of the next line. */
  now: number
  total: TokenCounts = NO_TOKENS
  turn: TokenCounts = NO_TOKENS
  last: TokenCounts = NO_TOKENS
  turnId = ''
  turnStartedAt = 0
  #day = -1
  #date = ''

  constructor(thread: PlannedThread, random: Random, writer: LineWriter) {
    this.thread = thread
    this.random = random
    this.writer = writer
    this.now = thread.createdAt
  }

  /** Lets some time pass, typically `median` milliseconds. */
  pass(median: number): void {
    this.now += this.random.size(median, 1, median * 50)
  }

  /** As `toISOString`, which is too slow for every line: only the date is left to it, once a day. */
  timestamp(): string {
    const day = Math.floor(this.now / DAY)
    if (day !== this.#day) {
      this.#day = day
      this.#date = new Date(this.now).toISOString().slice(0, 11)
    }
    const ms = this.now % DAY
    const hour = padded(Math.floor(ms / 3_600_000), 2)
    const minute = padded(Math.floor(ms / 60_000) % 60, 2)
    const second = padded(Math.floor(ms / 1000) % 60, 2)
    return `${this.#date}${hour}:${minute}:${second}.${padded(ms % 1000, 3)}Z`
  }

  seconds(): number {
    return Math.floor(this.now / 1000)
  }

  startTurn(): void {
    this.turnId = this.random.uuid(this.now)
    this.turnStartedAt = this.now
    this.turn = NO_TOKENS
  }

  /** Counts one request to the model that read `history` bytes and answered with `answer` bytes. */
  count(history: number, answer: number): void {
    const input = 2_000 + Math.min(CONTEXT_WINDOW - 30_000, Math.round(history / 4))
    const output = 16 + Math.round(answer / 4)
    const cached = Math.floor((input * 0.8) / 128) * 128
    this.last = { input, cached, output, reasoning: Math.floor(output / 2) }
    this.turn = sum(this.turn, this.last)
    this.total = sum(this.total, this.last)
  }
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

function sum(a: TokenCounts, b: TokenCounts): TokenCounts {
  return {
    input: a.input + b.input,
    cached: a.cached + b.cached,
    output: a.output + b.output,
    reasoning: a.reasoning + b.reasoning,
  }
}

/** How Codex spells token counts; 0.169 has one field more than 0.131. */
export function tokens(counts: TokenCounts, extra = ''): string {
  return (
    `{"input_tokens":${counts.input},"cached_input_tokens":${counts.cached},${extra}` +
    `"output_tokens":${counts.output},"reasoning_output_tokens":${counts.reasoning},` +
    `"total_tokens":${counts.input + counts.output}}`
  )
}
