/** What a server takes on before it refuses. */
export interface ServerLimits {
  /** Bytes of one request’s body. @defaultValue 64 MiB */
  readonly bodyBytesMax: number
  /** Bytes of the bodies of all requests that are being received or served. @defaultValue 256 MiB */
  readonly bufferedBytesMax: number
  /** Requests that are served at once. @defaultValue 512 */
  readonly requestsMax: number
  /** Bytes of all headers of a request. @defaultValue 16 KiB */
  readonly headerBytesMax: number
  /** A request whose headers take longer is refused. @defaultValue 10 s */
  readonly headersTimeoutMs: number
  /** A request that takes longer to arrive is refused. @defaultValue 120 s */
  readonly requestTimeoutMs: number
  /** A connection on which nothing moves for so long is closed. @defaultValue 10 min */
  readonly socketIdleMs: number
  /** How long a server that shuts down waits for the requests it has begun. @defaultValue 20 s */
  readonly drainMs: number
  /** Handles that are open at once. @defaultValue 10 000 */
  readonly handlesMax: number
  /** A handle that no request names for so long is closed. @defaultValue 60 s */
  readonly handleIdleMs: number
  /** Imports that are under way at once. @defaultValue 64 */
  readonly importsMax: number
  /** An import that gets no part for so long is given up. @defaultValue 60 s */
  readonly importIdleMs: number
  /** Exports whose bytes may still be asked for. @defaultValue 10 000 */
  readonly exportsMax: number
  /** An export that nobody reads for so long is forgotten. @defaultValue 5 min */
  readonly exportIdleMs: number
  /** How long the answer to a change is kept for who asks again. @defaultValue 5 min */
  readonly answersKeptMs: number
  /** Answers that are kept. @defaultValue 50 000 */
  readonly answersMax: number
  /** Characters of all answers that are kept, and of their keys. @defaultValue 64 Mi */
  readonly answerCharsMax: number
}

const KIB = 1024
const MIB = 1024 * KIB

export const defaultLimits: ServerLimits = {
  bodyBytesMax: 64 * MIB,
  bufferedBytesMax: 256 * MIB,
  requestsMax: 512,
  headerBytesMax: 16 * KIB,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 120_000,
  socketIdleMs: 600_000,
  drainMs: 20_000,
  handlesMax: 10_000,
  handleIdleMs: 60_000,
  importsMax: 64,
  importIdleMs: 60_000,
  exportsMax: 10_000,
  exportIdleMs: 300_000,
  answersKeptMs: 300_000,
  answersMax: 50_000,
  answerCharsMax: 64 * MIB,
}

/** Bytes of rollouts that a part of an import should carry: more gains nothing, less costs time. */
export const PART_BYTES_MAX: number = MIB
