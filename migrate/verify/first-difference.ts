/** Where two streams of bytes part. */
export interface StreamDifference {
  /** Bytes before the place. */
  readonly offset: number
  /** Counted from 1. */
  readonly line: number
}

const LINE_FEED = 0x0a

/** The first place at which two streams differ, or `null`. Holds a chunk of each. */
export async function firstDifference(
  left: AsyncIterable<Uint8Array>,
  right: AsyncIterable<Uint8Array>,
): Promise<StreamDifference | null> {
  const a = pieces(left)
  const b = pieces(right)
  let offset = 0
  let line = 1
  try {
    let mine = await a.next()
    let theirs = await b.next()
    for (;;) {
      if (mine.done || theirs.done) return mine.done && theirs.done ? null : { offset, line }
      const length = Math.min(mine.value.length, theirs.value.length)
      const same = commonLength(mine.value, theirs.value, length)
      line += lineFeeds(mine.value.subarray(0, same))
      offset += same
      if (same < length) return { offset, line }
      const restOfMine = mine.value.subarray(length)
      const restOfTheirs = theirs.value.subarray(length)
      mine = restOfMine.length > 0 ? { done: false, value: restOfMine } : await a.next()
      theirs = restOfTheirs.length > 0 ? { done: false, value: restOfTheirs } : await b.next()
    }
  } finally {
    await a.return()
    await b.return()
  }
}

/** The chunks that are not empty, so that an end is an end. */
async function* pieces(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) if (chunk.length > 0) yield chunk
}

function commonLength(a: Uint8Array, b: Uint8Array, length: number): number {
  if (Buffer.compare(a.subarray(0, length), b.subarray(0, length)) === 0) return length
  let at = 0
  while (a[at] === b[at]) at += 1
  return at
}

function lineFeeds(bytes: Uint8Array): number {
  let count = 0
  for (const byte of bytes) if (byte === LINE_FEED) count += 1
  return count
}
