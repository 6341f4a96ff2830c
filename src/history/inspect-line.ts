import { isUtf8 } from 'node:buffer'
import { asBuffer } from './as-buffer.js'

/**
 * Levels of arrays and objects an item may nest. V8 overflows its default stack when it prints a
 * few thousand; Codex itself reads no more than 128.
 */
export const ITEM_DEPTH_MAX = 512

/**
 * What a line's bytes are: `item`, a JSON object with a string `type`; `not-item`, other JSON;
 * `blank`; `malformed`; `too-deep`, nested beyond `ITEM_DEPTH_MAX`; `not-utf8`.
 */
export type LineShape = 'item' | 'not-item' | 'blank' | 'malformed' | 'too-deep' | 'not-utf8'

/** What one pass over the bytes of a line says about it. */
export interface LineFacts {
  readonly shape: LineShape
  /** The item's `type`; `null` for anything that is no item. */
  readonly type: string | null
  /** The item's `ordinal`, where it is a safe non-negative integer. */
  readonly ordinal: number | null
  /** Bytes of a byte order mark before the JSON: 0 or 3. */
  readonly bomLength: number
  /** Where reading stopped, for a line that is malformed. */
  readonly stoppedAt: number
  /** A `\u` escape stands for half a character; strict readers refuse the line. */
  readonly loneSurrogate: boolean
  /** A number of the line is not what `JSON.parse` makes of it: too large for a double. */
  readonly unsafeNumber: boolean
}

/**
 * Says what a line is without building the value: a validating pass that accepts exactly what
 * `JSON.parse` accepts, at a fraction of its cost. Most lines of a migration are only counted.
 */
export function inspectLine(bytes: Uint8Array): LineFacts {
  const reader = new LineReader(bytes)
  const grammar = reader.read()
  const item = grammar === 'json' && reader.type !== null
  const jsonShape = item ? 'item' : 'not-item'
  const shape = grammar === 'json' ? jsonShape : grammar
  const wellEncoded = !reader.nonAscii || isUtf8(bytes)
  return {
    shape: wellEncoded ? shape : 'not-utf8',
    type: item && wellEncoded ? reader.type : null,
    ordinal: item && wellEncoded ? reader.ordinal : null,
    bomLength: reader.bomLength,
    stoppedAt: reader.at,
    loneSurrogate: reader.loneSurrogate,
    unsafeNumber: reader.unsafeNumber,
  }
}

const END = -1
const TAB = 0x09
const LINE_FEED = 0x0a
const RETURN = 0x0d
const SPACE = 0x20
const QUOTE = 0x22
const PLUS = 0x2b
const COMMA = 0x2c
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const LOWER_E = 0x65
const LOWER_F = 0x66
const LOWER_N = 0x6e
const LOWER_T = 0x74
const LOWER_U = 0x75
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** 1 for a byte that ends a run of plain string characters. */
const endsRun = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte < SPACE || byte === QUOTE || byte === BACKSLASH || byte >= 0x80),
)
const simpleEscapes = new Set(Buffer.from('"\\/bfnrt'))
const literals = new Map(
  ['true', 'false', 'null'].map((word) => [word.charCodeAt(0), Buffer.from(word)]),
)

/** The containers that are open, innermost last; shared because reading never suspends. */
const containers = new Uint8Array(ITEM_DEPTH_MAX + 1)

type Grammar = 'json' | 'blank' | 'malformed' | 'too-deep'
type Expected = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'comma-or-end'

/** Reads one line. Methods answer `false` and leave `at` on the offending byte when they fail. */
class LineReader {
  type: string | null = null
  ordinal: number | null = null
  loneSurrogate = false
  unsafeNumber = false
  nonAscii = false
  at: number
  readonly bomLength: number
  readonly #bytes: Buffer
  #depth = 0
  #expected: Expected = 'value'
  /** The top-level key whose value comes next, where it is one that matters. */
  #key: 'type' | 'ordinal' | null = null
  #escaped = false

  constructor(bytes: Uint8Array) {
    this.#bytes = asBuffer(bytes)
    this.bomLength = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
    this.at = this.bomLength
  }

  read(): Grammar {
    if (this.#next() === END) return 'blank'
    for (;;) {
      const byte = this.#next()
      if (byte === END) {
        return this.#expected === 'comma-or-end' && this.#depth === 0 ? 'json' : 'malformed'
      }
      if (this.#depth === ITEM_DEPTH_MAX && (byte === OPEN_BRACE || byte === OPEN_BRACKET)) {
        return 'too-deep'
      }
      if (!this.#step(byte)) return 'malformed'
    }
  }

  #step(byte: number): boolean {
    switch (this.#expected) {
      case 'value':
        return this.#value(byte)
      case 'value-or-end':
        return byte === CLOSE_BRACKET ? this.#close(byte) : this.#value(byte)
      case 'key':
        return this.#keyAndColon(byte)
      case 'key-or-end':
        return byte === CLOSE_BRACE ? this.#close(byte) : this.#keyAndColon(byte)
      case 'comma-or-end':
        return byte === COMMA ? this.#comma() : this.#close(byte)
    }
  }

  /** The next byte that is no white space, without taking it. */
  #next(): number {
    const bytes = this.#bytes
    let at = this.at
    let byte = bytes[at]
    while (byte === SPACE || byte === LINE_FEED || byte === RETURN || byte === TAB) {
      at += 1
      byte = bytes[at]
    }
    this.at = at
    return byte ?? END
  }

  #comma(): boolean {
    if (this.#depth === 0) return false
    this.#expected = containers[this.#depth] === OPEN_BRACE ? 'key' : 'value'
    this.at += 1
    return true
  }

  #open(byte: number): boolean {
    this.#depth += 1
    containers[this.#depth] = byte
    this.#expected = byte === OPEN_BRACE ? 'key-or-end' : 'value-or-end'
    this.at += 1
    return true
  }

  #close(byte: number): boolean {
    const opener = byte === CLOSE_BRACE ? OPEN_BRACE : OPEN_BRACKET
    if (byte !== CLOSE_BRACE && byte !== CLOSE_BRACKET) return false
    if (this.#depth === 0 || containers[this.#depth] !== opener) return false
    this.#depth -= 1
    this.#expected = 'comma-or-end'
    this.at += 1
    return true
  }

  #keyAndColon(byte: number): boolean {
    const start = this.at
    if (byte !== QUOTE || !this.#string()) return false
    this.#key = this.#depth === 1 ? this.#keyOfInterest(start) : null
    if (this.#next() !== COLON) return false
    this.at += 1
    this.#expected = 'value'
    return true
  }

  #keyOfInterest(start: number): 'type' | 'ordinal' | null {
    const length = this.at - start
    if (length !== '"type"'.length && length !== '"ordinal"'.length && !this.#escaped) return null
    const key = this.#text(start)
    return key === 'type' || key === 'ordinal' ? key : null
  }

  /** The string that starts at `start` and ends here. */
  #text(start: number): string {
    return this.#escaped
      ? String(JSON.parse(this.#bytes.toString('utf8', start, this.at)))
      : this.#bytes.toString('utf8', start + 1, this.at - 1)
  }

  #value(byte: number): boolean {
    const key = this.#key
    if (key !== null) {
      // As data, the last of two equal keys wins, whatever the first one held.
      this[key] = null
      this.#key = null
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) return this.#open(byte)
    const start = this.at
    this.#expected = 'comma-or-end'
    if (byte === QUOTE) {
      if (!this.#string()) return false
      if (key === 'type') this.type = this.#text(start)
      return true
    }
    if (byte === LOWER_T || byte === LOWER_F || byte === LOWER_N) return this.#literal(byte)
    if (!this.#number(byte)) return false
    if (key === 'ordinal')
      this.ordinal = safeOrdinal(this.#bytes.toString('latin1', start, this.at))
    return true
  }

  #literal(first: number): boolean {
    for (const expected of literals.get(first) ?? []) {
      if (this.#bytes[this.at] !== expected) return false
      this.at += 1
    }
    return true
  }

  #string(): boolean {
    const bytes = this.#bytes
    let at = this.at + 1
    this.#escaped = false
    for (;;) {
      while (endsRun[bytes[at] ?? QUOTE] === 0) at += 1
      const byte = bytes[at] ?? END
      this.at = at
      if (byte === QUOTE) {
        this.at = at + 1
        return true
      }
      if (byte >= 0x80) {
        this.nonAscii = true
        at += 1
        continue
      }
      if (byte !== BACKSLASH || !this.#escape()) return false
      at = this.at
    }
  }

  #escape(): boolean {
    this.#escaped = true
    const letter = this.#bytes[this.at + 1] ?? END
    if (letter !== LOWER_U) {
      if (!simpleEscapes.has(letter)) return false
      this.at += 2
      return true
    }
    const unit = this.#unit(this.at)
    if (unit === null) return false
    this.at += 6
    if (unit < 0xd800 || unit > 0xdfff) return true
    const second = unit < 0xdc00 ? this.#unit(this.at) : null
    if (second !== null && second >= 0xdc00 && second <= 0xdfff) this.at += 6
    else this.loneSurrogate = true
    return true
  }

  /** The code unit that the escape at `at` stands for, or `null` when there is no such escape. */
  #unit(at: number): number | null {
    const digits = this.#bytes.toString('latin1', at, at + 6)
    return /^\\u[\da-fA-F]{4}$/.test(digits) ? Number.parseInt(digits.slice(2), 16) : null
  }

  #number(first: number): boolean {
    const start = this.at
    if (first === MINUS) this.at += 1
    const leading = this.#bytes[this.at]
    const digits = this.#digits()
    if (digits === 0 || (leading === ZERO && digits > 1)) return false
    let integer = true
    if (this.#bytes[this.at] === DOT) {
      integer = false
      this.at += 1
      if (this.#digits() === 0) return false
    }
    if (((this.#bytes[this.at] ?? 0) | 0x20) === LOWER_E) {
      integer = false
      this.at += 1
      const sign = this.#bytes[this.at]
      if (sign === PLUS || sign === MINUS) this.at += 1
      if (this.#digits() === 0) return false
    }
    if (this.at - start >= 16 || !integer) this.#checkNumber(start, integer)
    return true
  }

  #checkNumber(start: number, integer: boolean): void {
    const value = Number(this.#bytes.toString('latin1', start, this.at))
    if (integer ? !Number.isSafeInteger(value) : !Number.isFinite(value)) this.unsafeNumber = true
  }

  /** Takes a run of digits and says how long it was. */
  #digits(): number {
    const start = this.at
    let byte = this.#bytes[this.at] ?? END
    while (byte >= ZERO && byte <= NINE) {
      this.at += 1
      byte = this.#bytes[this.at] ?? END
    }
    return this.at - start
  }
}

function safeOrdinal(number: string): number | null {
  return /^\d+$/.test(number) && Number.isSafeInteger(Number(number)) ? Number(number) : null
}
