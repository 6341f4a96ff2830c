import cliTruncate from 'cli-truncate'
import { counted, formatBytes, formatDuration, formatRate } from './format.js'

/** How far a command has come. */
export interface ProgressState {
  /** Threads seen while the stores are gone through. */
  readonly found: number
  /** What there is to do; `null` until that is known. */
  readonly todo: { readonly threads: number; readonly bytes: number } | null
  readonly threads: number
  readonly bytes: number
  /** What is being worked on. */
  readonly current: string
  /** What is to be said in place of figures; `null` for the figures. */
  readonly note: string | null
}

const BAR_LENGTH = 24
const SHORT_BAR_LENGTH = 10
/** Characters in which it still makes sense to say what is being worked on. */
const CURRENT_MIN = 16

/** The state in words. */
export function progressLine(verb: string, state: ProgressState, elapsedMs: number): string {
  if (state.note !== null) return state.note
  if (state.todo === null) return `${counted(state.found, 'thread')} found`
  const { done, bytes, rate, left } = progressWords(verb, state, elapsedMs)
  return [...done, ...bytes, ...rate, ...left].join(', ')
}

/**
 * The state as a line that fits a terminal: where there is no room, what matters least gives way.
 * @param columns - characters that fit a line of the terminal
 */
export function terminalLine(
  verb: string,
  state: ProgressState,
  elapsedMs: number,
  columns: number,
): string {
  // In the last column some terminals begin a new line.
  const room = columns - 1
  if (state.note !== null || state.todo === null)
    return cut(progressLine(verb, state, elapsedMs), room)
  const { part, done, bytes, rate, left } = progressWords(verb, state, elapsedMs)
  const percentage = `${Math.floor(part * 100)}%`
  const figures = [...bytes, ...rate, ...left]
  const candidates = [
    [`${bar(part, BAR_LENGTH)} ${percentage}`, [...done, ...figures].join(', ')],
    [`${bar(part, SHORT_BAR_LENGTH)} ${percentage}`, [...done, ...rate, ...left].join(', ')],
    [percentage, [...done, ...left].join(', ')],
    [percentage, ...left],
  ].map((parts) => parts.join(' · '))
  const line = candidates.find(({ length }) => length <= room) ?? percentage
  const roomLeft = room - line.length - ' · '.length
  if (state.current === '' || roomLeft < CURRENT_MIN) return cut(line, room)
  return `${line} · ${cut(state.current, roomLeft)}`
}

/** Time the rest takes if it goes on as before; `null` while nobody can tell. */
export function etaMs(state: ProgressState, elapsedMs: number): number | null {
  const part = partDone(state)
  return part > 0 ? elapsedMs / part - elapsedMs : null
}

/** What there is to be said, piece by piece; a piece that cannot be said yet is empty. */
function progressWords(
  verb: string,
  state: ProgressState,
  elapsedMs: number,
): {
  readonly part: number
  readonly done: readonly string[]
  readonly bytes: readonly string[]
  readonly rate: readonly string[]
  readonly left: readonly string[]
} {
  const { threads, bytes } = state
  const todo = state.todo ?? { threads: 0, bytes: 0 }
  const eta = etaMs(state, elapsedMs)
  const isMeasured = todo.bytes > 0
  return {
    part: partDone(state),
    done: [`${verb} ${threads.toLocaleString('en')} of ${counted(todo.threads, 'thread')}`],
    bytes: isMeasured ? [`${formatBytes(bytes)} of ${formatBytes(todo.bytes)}`] : [],
    rate: isMeasured ? [formatRate(bytes, elapsedMs)] : [],
    left: eta === null ? [] : [`${formatDuration(eta)} left`],
  }
}

/** From 0 to 1; something that grew while it was read does not go beyond its end. */
function partDone({ todo, threads, bytes }: ProgressState): number {
  if (todo === null) return 0
  const part = todo.bytes > 0 ? bytes / todo.bytes : threads / (todo.threads || 1)
  return Math.min(part, 1)
}

function bar(part: number, length: number): string {
  const full = Math.round(part * length)
  return '\u2588'.repeat(full) + '\u2591'.repeat(length - full)
}

/** In one line of at most `columns` columns; letters of East Asia take two each. */
function cut(text: string, columns: number): string {
  return cliTruncate(text.replaceAll(/\s+/g, ' '), columns)
}
