import { asBuffer } from '../../../history/as-buffer.js'
import type { PartHead } from '../wire.js'

/** A part of an import, ready to be sent. */
export interface PackedPart {
  readonly head: PartHead
  readonly bytes: readonly Buffer[]
}

/** Cuts the bytes of several rollouts, one after the other, into parts of bounded size. */
export async function* packParts(
  rollouts: readonly AsyncIterable<Uint8Array>[],
  partBytesMax: number,
): AsyncGenerator<PackedPart, void, undefined> {
  let counts = rollouts.map(() => 0)
  let bytes: Buffer[] = []
  let length = 0

  function cut(ended: number, complete: boolean): PackedPart {
    const part = { head: { bytes: counts, ended, complete }, bytes }
    counts = rollouts.map(() => 0)
    bytes = []
    length = 0
    return part
  }

  for (const [index, chunks] of rollouts.entries()) {
    for await (const chunk of chunks) {
      let rest = asBuffer(chunk)
      while (rest.length > 0) {
        // A full part is kept until there is more: only then is it known not to be the last.
        if (length === partBytesMax) yield cut(index, false)
        const piece = Buffer.from(rest.subarray(0, partBytesMax - length))
        rest = rest.subarray(piece.length)
        bytes.push(piece)
        length += piece.length
        counts[index] = (counts[index] ?? 0) + piece.length
      }
    }
  }
  yield cut(rollouts.length, true)
}
