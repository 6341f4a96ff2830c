import {
  type BenchRow,
  isReached,
  type MeasuredRow,
  NotAtHandError,
  type RowOutcome,
  round,
} from './row.js'

/** Measures one row after the other; one that cannot be measured says why, and the next has its turn. */
export async function* measureRows(
  rows: readonly BenchRow[],
  scale: number,
): AsyncGenerator<RowOutcome, void, undefined> {
  for (const row of rows) {
    try {
      yield await measured(row, scale)
    } catch (error) {
      const failed = !(error instanceof NotAtHandError)
      yield { ...row, notMeasured: messageOf(error), failed }
    }
  }
}

async function measured(row: BenchRow, scale: number): Promise<MeasuredRow> {
  const started = performance.now()
  const result = await row.run(scale)
  const tookSeconds = round((performance.now() - started) / 1000)
  return { ...row, ...result, reached: isReached(row.bounds, result), tookSeconds }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim()
}
