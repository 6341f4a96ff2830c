/** A figure beside what it is measured against, both from one run. */
export interface Measured {
  /** What was measured: `271 MB/s`. */
  readonly figure: string
  /** What it is measured beside: `COPY: 88 MB/s`. */
  readonly beside: string
  /** The figure divided by the other, in the direction of the goal. */
  readonly ratio: number
  /** Everything that was counted on the way. */
  readonly details: Readonly<Record<string, number | string>>
}

/** A row of the table of design goals. */
export interface BenchRow {
  readonly id: string
  readonly work: string
  readonly goal: string
  /** Whether the ratio reaches the goal. */
  readonly reached: (ratio: number) => boolean
  run(): Promise<Measured>
}

/** A row that was measured, with what it stands for. */
export interface MeasuredRow extends Measured {
  readonly id: string
  readonly work: string
  readonly goal: string
  readonly reached: boolean
}

/** Seconds that some work takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

/** Two significant figures more than anybody should read into a measurement. */
export function round(value: number): number {
  return Number(value.toPrecision(3))
}

/** The one in the middle, which a few rounds that were disturbed do not move. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
