/** Bytes on their way from whoever has them to whoever reads them, no more than one batch ahead. */
export interface ByteChannel extends AsyncIterable<Uint8Array> {
  /** Resolves once the reader has taken the bytes, or will take no more. */
  write(bytes: Uint8Array): Promise<void>
  /** No more bytes come. */
  end(): void
  /** The reader gets this error after the bytes that were written. */
  fail(reason: Error): void
}

type End = { readonly reason: Error | null }

/** A channel for one writer and one reader. */
export function createByteChannel(): ByteChannel {
  let waiting: { readonly bytes: Uint8Array; readonly taken: () => void } | null = null
  let end: End | null = null
  let readerLeft = false
  let wake: (() => void) | null = null

  function changed(): void {
    wake?.()
    wake = null
  }

  async function* read(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        if (waiting !== null) {
          const { bytes, taken } = waiting
          waiting = null
          taken()
          yield bytes
        } else if (end !== null) {
          if (end.reason !== null) throw end.reason
          return
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    } finally {
      readerLeft = true
      waiting?.taken()
      waiting = null
    }
  }

  return {
    [Symbol.asyncIterator]: read,
    write: (bytes) =>
      new Promise((resolve) => {
        if (readerLeft || bytes.length === 0) resolve()
        else waiting = { bytes, taken: resolve }
        changed()
      }),
    end: () => {
      end ??= { reason: null }
      changed()
    },
    fail: (reason) => {
      end ??= { reason }
      changed()
    },
  }
}
