import type { SourcedChunks } from '../report/literal.js'

/** Bytes as a store wants them, chunk by chunk; can be read again. */
export function chunksOf(...source: readonly (string | Uint8Array)[]): SourcedChunks {
  return {
    source,
    async *[Symbol.asyncIterator]() {
      for (const chunk of source) yield await Promise.resolve(Buffer.from(chunk))
    },
  }
}

/** The bytes of a stream, whole. */
export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}
