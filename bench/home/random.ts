/** Four hex digits for every 16 bits: ids are a good part of what a home consists of. */
const HEX = Array.from({ length: 0x1_0000 }, (_, bits) => bits.toString(16).padStart(4, '0'))

/**
 * A seeded generator (mulberry32): the same seed and stream give the same numbers on every machine. One stream per
 * thread lets any thread of a home be made without making those before it.
 */
export class Random {
  #state: number

  constructor(seed: number, stream = 0) {
    this.#state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35)
    this.bits()
  }

  /** 32 random bits, as a signed integer. */
  bits(): number {
    const state = (this.#state + 0x6d2b79f5) | 0
    this.#state = state
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return mixed ^ (mixed >>> 14)
  }

  /** A float in [0, 1). */
  unit(): number {
    return (this.bits() >>> 0) / 0x1_0000_0000
  }

  /** An integer in [0, end). */
  below(end: number): number {
    return Math.floor(this.unit() * end)
  }

  chance(probability: number): boolean {
    return this.unit() < probability
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)]
    if (value === undefined) throw new RangeError('nothing to pick from')
    return value
  }

  /** Log-normal: half of the values lie below `median`, a few far above. */
  size(median: number, sigma: number, max: number): number {
    return Math.min(max, Math.round(median * Math.exp(sigma * this.normal())))
  }

  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()))
    return radius * Math.cos(2 * Math.PI * this.unit())
  }

  hex(digits: number): string {
    let text = ''
    while (text.length < digits) {
      const bits = this.bits()
      text += `${HEX[bits & 0xffff]}${HEX[bits >>> 16]}`
    }
    return text.slice(0, digits)
  }

  /** A UUIDv7 of that millisecond. */
  uuid(time: number): string {
    const clock = time.toString(16).padStart(12, '0')
    const noise = this.hex(18)
    const variant = '89ab'.charAt(this.below(4))
    return (
      `${clock.slice(0, 8)}-${clock.slice(8)}-7${noise.slice(0, 3)}-` +
      `${variant}${noise.slice(3, 6)}-${noise.slice(6)}`
    )
  }
}
