import { Presets, SingleBar } from 'cli-progress'
import { systemClock } from '../src/index.js'
import { counted, formatBytes, formatDuration, formatRate } from './format.js'
import { hasTerminal, isQuiet, printLog, progressStream } from './output.js'

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

const nothingYet: ProgressState = {
  found: 0,
  todo: null,
  threads: 0,
  bytes: 0,
  current: '',
  note: null,
}

/** Shows people how a command goes on. */
export interface Progress {
  set(change: Partial<ProgressState>): void
  readonly state: ProgressState
  /** Takes what is drawn away, before results are printed. */
  stop(): Promise<void>
}

/**
 * A bar on a terminal, one plain line a second elsewhere, nothing when `quiet`.
 * @param verb - what is being done, in the past tense: `copied 3 of 9 threads`
 */
export function showProgress(verb: string, quiet: boolean): Progress {
  let state = nothingYet
  const done = new AbortController()
  const startedAt = systemClock.now()
  const draw =
    quiet || isQuiet() ? () => {} : hasTerminal() ? drawBar(verb, done.signal) : drawLine(verb)
  const drawing = (async () => {
    const pauseMs = hasTerminal() ? 100 : 1000
    while (!done.signal.aborted) {
      await systemClock.sleep(pauseMs, done.signal).catch(() => {})
      if (!done.signal.aborted) draw(state, systemClock.now() - startedAt)
    }
  })()
  return {
    get state() {
      return state
    },
    set: (change) => {
      state = { ...state, ...change }
    },
    stop: async () => {
      done.abort()
      await drawing
    },
  }
}

type Draw = (state: ProgressState, elapsedMs: number) => void

/** A line that says nothing new is not said again. */
function drawLine(verb: string): Draw {
  let last = ''
  return (state, elapsedMs) => {
    const line = progressLine(verb, state, elapsedMs)
    if (line !== last) printLog(line)
    last = line
  }
}

/** The state in words. */
export function progressLine(verb: string, state: ProgressState, elapsedMs: number): string {
  const { found, todo, threads, bytes, note } = state
  if (note !== null) return note
  if (todo === null) return `${counted(found, 'thread')} found`
  const done = `${verb} ${threads} of ${counted(todo.threads, 'thread')}`
  const rate = formatRate(bytes, elapsedMs)
  const bytesDone = `, ${formatBytes(bytes)} of ${formatBytes(todo.bytes)}, ${rate}`
  const eta = etaMs(state, elapsedMs)
  const left = eta === null ? '' : `, ${formatDuration(eta)} left`
  return `${done}${todo.bytes > 0 ? bytesDone : ''}${left}`
}

/** Time the rest takes if it goes on as before; `null` while nobody can tell. */
export function etaMs({ todo, threads, bytes }: ProgressState, elapsedMs: number): number | null {
  if (todo === null) return null
  const part = todo.bytes > 0 ? bytes / todo.bytes : threads / todo.threads
  if (!(part > 0)) return null
  return Math.max(0, elapsedMs / Math.min(part, 1) - elapsedMs)
}

function drawBar(verb: string, done: AbortSignal): Draw {
  const bar = new SingleBar(
    {
      format: `${verb} {bar} {percentage}% · {words} · {thread}`,
      stream: progressStream(),
      hideCursor: true,
      clearOnComplete: true,
      barsize: 24,
    },
    Presets.shades_classic,
  )
  let started = false
  done.addEventListener('abort', () => started && bar.stop(), { once: true })
  return (state, elapsedMs) => {
    const total = state.todo?.bytes || state.todo?.threads || 1
    const value = state.todo?.bytes ? state.bytes : state.threads
    const words = progressLine(verb, state, elapsedMs)
    const payload = { words, thread: state.current }
    if (!started) bar.start(total, 0, payload)
    started = true
    bar.setTotal(total)
    bar.update(Math.min(value, total), payload)
  }
}
