import type { Random } from './random.js'

const SCRATCH_BYTES = 4 << 20
const BASE64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')

/** Frequent first: low indexes are drawn far more often, as in English. */
const WORDS = `the to and a of in is it that for this with on not be are we when if from as file test
by can should one only at an or so which was then value line have there all read state now call after
but same error no because where its store thread change write time path function before will run each
has use would does still type first does type without two other what been into every returns case them
history turn item key they rollout still order name name cursor more query check row lock list new fail
back page append existing match missing request session writer flush until already both rather instead
open close message field schema commit branch update delete snapshot handle parser index directory
process client server response table column default option result string number empty wrong between
whether while since another stream batch buffer retry queue signal worker thread-safe backoff keyset
metadata migration pagination timestamp deterministic idempotent concurrency transaction isolation
invariant boundary projection compaction ownership durable archived preview résumé naïve → café — 日本語`

const IDENTIFIERS = `thread store item cursor page row patch handle writer lease segment record digest
line ordinal base rollout history limit offset query value entry batch clock reader source target
result options config params state index count total chunk parser schema error event`

/**
 * %i identifier, %I capitalised, %w word, %n number, %h hash, %p path. The text is already escaped for a JSON string,
 * so that nothing has to be escaped while a home is written.
 */
const CODE = [
  String.raw`\n  const %i%I = await this.#%i.%i(%i, { %i: %n })`,
  String.raw`\n    if (%i.%i === null) return undefined`,
  String.raw`\n    for (const %i of %i%I.values()) {\n      %i.push(%i.%i)\n    }`,
  String.raw`\n  expect(await %i%I(%i)).toEqual({ %i: \"%w\", %i: %n })`,
  String.raw`\nexport function %i%I(%i: %I%I, %i = %n): %I[] {`,
  String.raw`\n  // %w %w %w %w the %w %w`,
  String.raw`\n  throw new %IError(\"%w %w %w\", { cause: %i })\n}\n`,
  String.raw`\n-  return %i.%i(%i)\n+  return %i.%i%I(%i ?? %n)`,
]

const OUTPUT = [
  String.raw`src/%p/%i-%i.ts:%n:  const %i%I = %i.%i(%i, %n)\n`,
  String.raw`src/%p/%i-%i.test.ts(%n,%n): error TS%n: Property '%i' does not exist on type '%I%I'.\n`,
  String.raw`-rw-r--r-- 1 dev dev %n Nov %n 10:%n %i-%i.ts\n`,
  String.raw` \u001b[32m✓\u001b[39m %p/%i.test.ts (%n tests) %nms\n`,
  String.raw`   × %w %w %w %w %w\n     → expected \"%w\" to be \"%w\" // Object.is equality\n`,
  String.raw`commit %h\nAuthor: dev <dev@example.com>\n\n    %i: %w %w %w %w\n\n`,
  String.raw`{\"%i\":%n,\"%i\":\"%h\",\"%w\":[%n,%n,%n]}\n`,
  String.raw`2026-06-%n 09:%n:%n INFO %i.%i: %w %w in %nms (\"%w\")\n`,
]

const PATHS = ['store', 'stores/local', 'stores/postgres', 'history', 'live', 'app-server', 'host']

/** Bytes in units of four, zero-padded: appending a short piece takes a few stores and no call into the runtime. */
interface Piece {
  readonly units: Uint32Array
  readonly length: number
}

function piece(text: string): Piece {
  const bytes = Buffer.from(text)
  const units = new Uint32Array(Math.ceil(bytes.length / 4))
  new Uint8Array(units.buffer).set(bytes)
  return { units, length: bytes.length }
}

type Slot = 'i' | 'I' | 'w' | 'n' | 'h' | 'p'

function pieces(template: string): (Piece | Slot)[] {
  return template.split(/(%[iIwnhp])/).flatMap((part): (Piece | Slot)[] => {
    if (part === '') return []
    return part.startsWith('%') ? [part.charAt(1) as Slot] : [piece(part)]
  })
}

const words = WORDS.split(/\s+/).map(piece)
const identifiers = IDENTIFIERS.split(/\s+/).map(piece)
const paths = PATHS.map(piece)
const codeLines = CODE.map(pieces)
const outputLines = OUTPUT.map(pieces)
const hexDigits = Buffer.from('0123456789abcdef')

/**
 * Makes the long texts of a home, as bytes that can stand inside a JSON string. What it returns stays valid until
 * `rewind`. Lengths are met within one word or line.
 */
export class Text {
  readonly #scratch = new Uint8Array(SCRATCH_BYTES)
  readonly #view = new DataView(this.#scratch.buffer)
  #random: Random
  #at = 0

  constructor(random: Random) {
    this.#random = random
  }

  use(random: Random): void {
    this.#random = random
  }

  rewind(): void {
    this.#at = 0
  }

  /** What people and models write: sentences, paragraphs, now and then a block of code. */
  prose(bytes: number): Uint8Array {
    const start = this.#reserve(bytes)
    const end = start + bytes
    while (this.#at < end) {
      this.#sentence(end)
      if (this.#at >= end) break
      const next = this.#random.unit()
      if (next < 0.04 && end - this.#at > 300) this.#codeBlock(end)
      else this.#put(next < 0.2 ? PARAGRAPH : SPACE)
    }
    return this.#scratch.subarray(start, this.#at)
  }

  /** What commands print. */
  output(bytes: number): Uint8Array {
    const start = this.#reserve(bytes)
    const end = start + bytes
    // A command prints lines of one or two kinds, not of all.
    const kinds = [this.#oneOf(outputLines), this.#oneOf(outputLines)]
    while (this.#at < end) this.#fill(this.#oneOf(kinds))
    return this.#scratch.subarray(start, this.#at)
  }

  /** What does not compress: base64 of ciphertext, as in `encrypted_content`. */
  ciphertext(bytes: number): Uint8Array {
    const start = this.#reserve(bytes)
    const end = start + Math.max(8, bytes)
    this.#put(CIPHERTEXT_HEAD)
    const scratch = this.#scratch
    let at = this.#at
    while (at < end) {
      const bits = this.#random.bits()
      scratch[at++] = BASE64[bits & 63] ?? 0
      scratch[at++] = BASE64[(bits >>> 6) & 63] ?? 0
      scratch[at++] = BASE64[(bits >>> 12) & 63] ?? 0
      scratch[at++] = BASE64[(bits >>> 18) & 63] ?? 0
    }
    this.#at = at
    return scratch.subarray(start, at)
  }

  #reserve(bytes: number): number {
    if (this.#at + bytes + 4096 > SCRATCH_BYTES) throw new RangeError('texts need a rewind')
    return this.#at
  }

  #sentence(end: number): void {
    const first = this.#at
    const length = 4 + this.#random.below(16)
    for (let i = 0; i < length && this.#at < end; i++) {
      if (i > 0) this.#scratch[this.#at++] = 0x20
      this.#put(this.#word())
    }
    const letter = this.#scratch[first] ?? 0
    if (letter >= 0x61 && letter <= 0x7a) this.#scratch[first] = letter - 32
    this.#scratch[this.#at++] = 0x2e
  }

  #codeBlock(end: number): void {
    this.#put(FENCE_OPEN)
    const stop = Math.min(end, this.#at + 200 + this.#random.below(1200))
    while (this.#at < stop) this.#fill(this.#oneOf(codeLines))
    this.#put(FENCE_CLOSE)
  }

  #fill(template: readonly (Piece | Slot)[]): void {
    for (const part of template) {
      if (typeof part !== 'string') this.#put(part)
      else if (part === 'i') this.#put(this.#oneOf(identifiers))
      else if (part === 'n') this.#number()
      else if (part === 'w') this.#put(this.#word())
      else if (part === 'I') this.#capitalised()
      else if (part === 'p') this.#put(this.#oneOf(paths))
      else this.#hash()
    }
  }

  #oneOf<T>(values: readonly T[]): T {
    const value = values[((this.#random.bits() >>> 16) * values.length) >>> 16]
    if (value === undefined) throw new RangeError('nothing to choose from')
    return value
  }

  #word(): Piece {
    const bits = this.#random.bits()
    const skewed = ((bits & 0xffff) * (bits >>> 16)) >>> 16
    return words[(skewed * words.length) >>> 16] ?? SPACE
  }

  #capitalised(): void {
    const first = this.#at
    this.#put(this.#oneOf(identifiers))
    this.#scratch[first] = (this.#scratch[first] ?? 0) - 32
  }

  /** One to four digits, from one draw. */
  #number(): void {
    let bits = this.#random.bits() >>> 0
    let digits = bits & 3
    bits >>>= 2
    this.#scratch[this.#at++] = 0x31 + (bits % 9)
    while (digits-- > 0) {
      bits >>>= 5
      this.#scratch[this.#at++] = 0x30 + (bits % 10)
    }
  }

  #hash(): void {
    for (let i = 0; i < 5; i++) {
      let bits = this.#random.bits()
      for (let j = 0; j < 8; j++) {
        this.#scratch[this.#at++] = hexDigits[bits & 15] ?? 0
        bits >>>= 4
      }
    }
  }

  #put(part: Piece): void {
    const { units, length } = part
    const at = this.#at
    for (let i = 0; i < units.length; i++) this.#view.setUint32(at + 4 * i, units[i] ?? 0, true)
    this.#at = at + length
  }
}

const SPACE = piece(' ')
const PARAGRAPH = piece(String.raw`\n\n`)
const FENCE_OPEN = piece('\\n\\n```ts')
const FENCE_CLOSE = piece('\\n```\\n\\n')
const CIPHERTEXT_HEAD = piece('gAAAAABp')
