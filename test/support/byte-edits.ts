import fc from 'fast-check'

/** One change of bytes: some go, others come. All of it is JSON. */
export interface ByteEdit {
  /** Where, in thousandths of the length. */
  readonly at: number
  /** Bytes that go. */
  readonly drop: number
  /** What comes in their place, one character a byte. */
  readonly put: string
  readonly times: number
}

/** Bytes that have broken readers of lines, of UTF-8, of JSON or of SQLite before. */
const nasty = [
  ['\0', 1],
  ['\0', 4096],
  ['\n', 1],
  ['\n', 3],
  ['\r\n', 1],
  ['\xef\xbb\xbf', 1],
  ['\xff', 1],
  ['\xc0\x80', 1],
  ['\xed\xa0\x80', 1],
  ['\xe2\x80\xa8', 1],
  ['\\ud800', 1],
  ['\\u0000', 1],
  ['"', 1],
  ['\\', 1],
  ['{', 1],
  ['}', 1],
  ['[', 600],
  ['[', 20_000],
  ['{"a":', 20_000],
  ['"__proto__":{"polluted":1},', 1],
  ['-0', 1],
  ['1e999', 1],
  ['null', 1],
  ['-9223372036854775808', 1],
  ['"type":"session_meta",', 1],
  ['x', 100_000],
  ['..\\/..\\/', 3],
] as const

const put = fc.oneof(
  { weight: 3, arbitrary: fc.constant(['', 1] as const) },
  { weight: 6, arbitrary: fc.constantFrom(...nasty) },
  {
    weight: 2,
    arbitrary: fc
      .uint8Array({ maxLength: 12 })
      .map((bytes) => [Buffer.from(bytes).toString('latin1'), 1] as const),
  },
)

/** One edit. */
const byteEdit: fc.Arbitrary<ByteEdit> = fc
  .record({
    at: fc.integer({ min: 0, max: 1000 }),
    drop: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 }), fc.constant(1_000_000)),
    put,
  })
  .map(({ put: [text, times], ...rest }) => ({ ...rest, put: text, times }))

/** A few edits, made one after the other. */
export const byteEdits: fc.Arbitrary<readonly ByteEdit[]> = fc.array(byteEdit, {
  minLength: 1,
  maxLength: 4,
})

/** The bytes after the edits. */
export function edited(bytes: Uint8Array, edits: readonly ByteEdit[]): Buffer {
  let now = Buffer.from(bytes)
  for (const edit of edits) {
    const at = Math.floor((now.length * edit.at) / 1000)
    const between = Buffer.from(edit.put.repeat(edit.times), 'latin1')
    now = Buffer.concat([now.subarray(0, at), between, now.subarray(at + edit.drop)])
  }
  return now
}
