import type { Body, TokenCounts } from './journal.js'

/** What Codex puts into the history when a turn is interrupted, escaped. */
export const ABORTED: string =
  '<turn_aborted>\\nThe user interrupted the previous turn on purpose. Any running unified exec processes may ' +
  'still be running in the background. If any tools/commands were aborted, they may have partially executed.\\n' +
  '</turn_aborted>'

/** A position at which a rollout of a later thread may begin. */
export interface Cut {
  readonly threadId: string
  readonly rolloutId: string
  readonly endOrdinalExclusive: number
  readonly endByteOffset: number
  readonly historySequence: number
  readonly userInputOrder: number
  readonly tokens: TokenCounts
  /** What the thread was first asked, which a fork shows as its preview. */
  readonly preview: string
}

export interface Step {
  readonly summary: Body
  readonly ciphertext: Body
  readonly command: string
  readonly output: Body
}

export interface Compaction {
  readonly summary: Body
  readonly kept: readonly Body[]
}

/** The lines one Codex release writes for what happens in a thread. */
export interface RolloutLines {
  /** Bytes around the texts of a turn, of a step and of the end of a turn: what a budget must leave for them. */
  readonly overhead: { readonly turn: number; readonly step: number; readonly end: number }
  /** How often the same answer, and the same command output, stands in the file. */
  readonly copies: { readonly answer: number; readonly output: number }
  begin(): void
  startTurn(message: Body): void
  step(step: Step): void
  endTurn(answer: Body): void
  interruptTurn(): void
  compact(compaction: Compaction): void
  /** Takes back the last turn, where the release does that with a line. */
  rollBack?(): void
  /** The end of the rollout so far, where the release can begin another rollout from it. */
  cut?(preview: string): Cut
}
