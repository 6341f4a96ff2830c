import { type Html, html } from '../../src/protocol/html.js'

/** Values along an axis whose steps are factors. */
export interface LogAxis {
  /** Where a value is between the two ends, from 0 to 1. */
  place(value: number): number
  /** Values worth a line. */
  readonly ticks: readonly number[]
}

/** An axis that holds all values, from a power of ten to one. */
export function logAxis(values: readonly number[]): LogAxis {
  const usable = values.filter((value) => value > 0)
  const low = Math.floor(Math.log10(Math.min(...usable)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...usable))))
  return {
    place: (value) => (Math.log10(value) - low) / (high - low),
    ticks: Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at)),
  }
}

/** A tick for people: `0.01`, `1`, `10,000`. */
export function tickLabel(tick: number): string {
  return tick < 1 ? String(Number(tick.toPrecision(1))) : tick.toLocaleString('en')
}

/** Where upright lines stand. */
interface Uprights {
  readonly x: (value: number) => number
  readonly top: number
  readonly bottom: number
  /** Base line of the labels below. */
  readonly labelY: number
}

/** A line for every tick of a level axis, with its label below. */
export function uprightTicks({ ticks }: LogAxis, { x, top, bottom, labelY }: Uprights): Html[] {
  return ticks.map(
    (tick) =>
      html`<line class="lane" x1="${x(tick)}" x2="${x(tick)}" y1="${top}" y2="${bottom}" />
        <text class="label" x="${x(tick)}" y="${labelY}" text-anchor="middle">
          ${tickLabel(tick)}
        </text>`,
  )
}
