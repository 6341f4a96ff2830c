import { createReadStream, createWriteStream, mkdirSync, statSync, truncateSync } from 'node:fs'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress } from 'node:zlib'
import { ThreadStoreError } from '../../store/errors.js'
import { stagedPath } from './home/new-rollout.js'
import { isZstd } from './home/rollout-bytes.js'
import { writeFailed } from './home/rollout-writer.js'

/** Bytes that tell compressed content from lines. */
const TELLING_BYTES = 4

/** Level 3 is what Codex compresses with. */
const zstd = { params: { [constants.ZSTD_c_compressionLevel]: 3 } }

/** Writes the bytes of an import beside the place where they belong, and says where. */
export async function stageRollout(
  path: string,
  compressed: boolean,
  chunks: AsyncIterable<Uint8Array>,
): Promise<string> {
  mkdirSync(dirname(path), { recursive: true })
  const staged = stagedPath(path)
  const arriving = new Arriving(chunks)
  try {
    const source = Readable.from(arriving.chunks(), { objectMode: false })
    // A compressed file that nobody could decompress was exported as it was, and is stored so.
    const packed = compressed && !(await arriving.beginsAsZstd())
    if (packed) await pipeline(source, createZstdCompress(zstd), createWriteStream(staged))
    else await pipeline(source, createWriteStream(staged))
    return staged
  } catch (reason) {
    throw arriving.failed ? arriving.failure : writeFailed(staged, reason)
  }
}

/** Appends a staged file to another one, all of it or nothing. */
export async function appendStaged(path: string, staged: string): Promise<void> {
  const { size } = statSync(path)
  try {
    await pipeline(createReadStream(staged), createWriteStream(path, { flags: 'a' }))
  } catch (reason) {
    truncateSync(path, size)
    throw writeFailed(path, reason)
  }
}

/** The chunks of an import: what goes wrong with them is told apart from what goes wrong here. */
class Arriving {
  failed = false
  failure: unknown = null
  readonly #iterator: AsyncIterator<Uint8Array>
  #head: Promise<Buffer> | null = null

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#iterator = chunks[Symbol.asyncIterator]()
  }

  async beginsAsZstd(): Promise<boolean> {
    return isZstd(await this.#firstBytes())
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const head = await this.#firstBytes()
    if (head.length > 0) yield head
    for (let next = await this.#next(); !next.done; next = await this.#next()) yield next.value
  }

  /** Enough of the beginning to tell what it is, however small the chunks are. */
  #firstBytes(): Promise<Buffer> {
    this.#head ??= this.#readFirst()
    return this.#head
  }

  async #readFirst(): Promise<Buffer> {
    let head = Buffer.alloc(0)
    while (head.length < TELLING_BYTES) {
      const next = await this.#next()
      if (next.done === true) break
      head = Buffer.concat([head, next.value])
    }
    return head
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    try {
      return await this.#iterator.next()
    } catch (reason) {
      this.failed = true
      this.failure = ThreadStoreError.from(reason, 'reading what is imported')
      throw reason
    }
  }
}
