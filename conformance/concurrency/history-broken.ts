import assert from 'node:assert/strict'
import type { RecordedCall } from './recorder.js'

/** A concurrent run that no correct store can have had, with the calls of the thread at fault. */
export class HistoryBroken extends assert.AssertionError {
  /** What is wrong, in one word: failures of one kind look alike. */
  readonly anomaly: string
  readonly calls: readonly RecordedCall[]
  /** Those among the calls that contradict each other. */
  readonly culprits: readonly RecordedCall[]

  constructor(
    anomaly: string,
    message: string,
    calls: readonly RecordedCall[],
    culprits: readonly RecordedCall[],
  ) {
    super({ message })
    this.anomaly = anomaly
    this.calls = calls
    this.culprits = culprits
  }
}
