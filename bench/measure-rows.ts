import {
  type BenchRow,
  isReached,
  type MeasuredRow,
  NotAtHandError,
  type RowOutcome,
  round,
} from './row.js'

/** How rows are measured. */
interface MeasureOptions {
  /** The part of the sizes that rows name. */
  readonly scale: number
  /** No row begins after this time. @defaultValue never */
  readonly withinMs?: number
}

/** Measures one row after the other; one that cannot be measured says why, and the next has its turn. */
export async function* measureRows(
  rows: readonly BenchRow[],
  { scale, withinMs = Infinity }: MeasureOptions,
): AsyncGenerator<RowOutcome, void, undefined> {
  const started = performance.now()
  for (const row of rows) {
    if (performance.now() - started > withinMs) {
      yield { ...row, notMeasured: 'the time was up before it began', failed: false }
      continue
    }
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
