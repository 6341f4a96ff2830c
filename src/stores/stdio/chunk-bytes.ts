/** Bytes of raw history that one line carries: large enough to be fast, small enough to wait. */
export const CHUNK_BYTES: number = 192 * 1024
