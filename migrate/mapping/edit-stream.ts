import type { Edit } from './line-edits.js'

/** Bytes that a stream has more, or fewer, once edits that end before a place were applied. */
export function growthBefore(
  edits: readonly Edit[],
  place: number = Number.POSITIVE_INFINITY,
): number {
  let growth = 0
  for (const { start, end, bytes } of edits) {
    if (end > place) break
    growth += bytes.length - (end - start)
  }
  return growth
}

/** A stream with edits applied, which are in the order of their places and do not overlap. */
export async function* applyEdits(
  chunks: AsyncIterable<Uint8Array>,
  edits: readonly Edit[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const queue = edits.values()
  let next = queue.next()
  let at = 0
  for await (const chunk of chunks) {
    let from = 0
    while (!next.done && next.value.start < at + chunk.length) {
      const { start, end, bytes } = next.value
      if (start >= at) {
        yield chunk.subarray(from, start - at)
        yield bytes
      }
      from = Math.min(chunk.length, end - at)
      // The rest of what is replaced is in the next chunk.
      if (end > at + chunk.length) break
      next = queue.next()
    }
    if (from < chunk.length) yield chunk.subarray(from)
    at += chunk.length
  }
}

/** A stream without its first bytes. */
export async function* skipBytes(
  chunks: AsyncIterable<Uint8Array>,
  count: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = count
  for await (const chunk of chunks) {
    if (left < chunk.length) yield left > 0 ? chunk.subarray(left) : chunk
    left = Math.max(0, left - chunk.length)
  }
}
