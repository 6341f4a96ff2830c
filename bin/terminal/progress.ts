import { SingleBar } from 'cli-progress'
import { systemClock } from '../../src/index.js'
import { hasTerminal, isQuiet, printLog, progressStream } from './output.js'
import { progressLine, type ProgressState, terminalLine } from './progress-line.js'

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
  let startedAt = systemClock.now()
  const done = new AbortController()
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
      // Looking for what there is to do says nothing about how fast it is done.
      if (state.todo === null && change.todo) startedAt = systemClock.now()
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

function drawBar(verb: string, done: AbortSignal): Draw {
  const stream = progressStream()
  const bar = new SingleBar({
    format: (_options, _params, { line }: { line: string }) => line,
    stream,
    hideCursor: true,
    clearOnComplete: true,
  })
  let started = false
  done.addEventListener('abort', () => started && bar.stop(), { once: true })
  return (state, elapsedMs) => {
    const payload = { line: terminalLine(verb, state, elapsedMs, stream.columns) }
    if (!started) bar.start(1, 0, payload)
    started = true
    bar.update(payload)
  }
}
