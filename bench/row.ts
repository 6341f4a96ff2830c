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
  /** What is better seen than read. */
  readonly plots?: readonly Plot[]
}

/** How cost grows with size, or how fast something went while it went. */
export type Plot = CostPlot | RatePlot

/** Milliseconds of calls against the size of what is stored, drawn with both axes logarithmic. */
export interface CostPlot {
  readonly kind: 'cost'
  readonly title: string
  /** What there is more of to the right: `threads stored`. */
  readonly of: string
  readonly lines: readonly CostLine[]
}

export interface CostLine {
  readonly name: string
  /** Size and milliseconds, by size. */
  readonly points: readonly (readonly [number, number])[]
}

/** Megabytes a second, second by second. */
export interface RatePlot {
  readonly kind: 'rate'
  readonly title: string
  readonly megabytesPerSecond: readonly number[]
}

/** What a row has to reach. Rows with a bound on the ratio have it first. */
export type Bound = {
  /** The detail that is bounded. @defaultValue the ratio */
  readonly of?: string
} & ({ readonly atLeast: number } | { readonly atMost: number })

/** A row of the table of design goals. */
export interface BenchRow {
  readonly id: string
  readonly work: string
  /** The bounds, as people say them. */
  readonly goal: string
  readonly bounds: readonly Bound[]
  /** What is done and timed, for whoever doubts the figure. */
  readonly how: string
  /** @param scale - the part of the sizes that `work` names; goals are meant for 1 */
  run(scale: number): Promise<Measured>
}

/** A row that was measured, with what it stands for. */
export interface MeasuredRow extends Measured, Omit<BenchRow, 'run'> {
  readonly reached: boolean
  /** Of the row with everything that it prepares. */
  readonly tookSeconds: number
}

/** A row that was not measured, and why. */
interface UnmeasuredRow extends Omit<BenchRow, 'run'> {
  readonly notMeasured: string
  /** Whether somebody should look, or only something was not at hand. */
  readonly failed: boolean
}

export type RowOutcome = MeasuredRow | UnmeasuredRow

/** Something that a row is measured with is not on this machine. The message says how to get it. */
export class NotAtHandError extends Error {
  override readonly name: string = 'NotAtHandError'
}

/** Whether everything was reached that a row has to reach. */
export function isReached(bounds: readonly Bound[], { ratio, details }: Measured): boolean {
  return bounds.every((bound) => {
    const value = bound.of === undefined ? ratio : Number(details[bound.of])
    return 'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost
  })
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
