/**
 * A parameter of a statement. Bytes travel as `bytea`. Arrays travel as `text[]` or `bytea[]`,
 * whatever the statement then casts them to.
 */
export type SqlParam =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly (string | null)[]
  | readonly Uint8Array[]

/** A row, by column name. `bigint` comes as a number, `bytea` as a `Uint8Array`. */
export type SqlRow = Readonly<Record<string, unknown>>

/** How a statement runs. */
export interface QueryOptions {
  /**
   * Whether the server plans it for these params, each time. Otherwise it may keep a plan that is
   * good for any, which is what a statement that finds rows by their keys wants.
   */
  readonly plannedAnew?: boolean
}

/** Where statements run: a connection, or a transaction on one. */
export interface PostgresSession {
  query<Row extends SqlRow>(
    sql: string,
    params?: readonly SqlParam[],
    options?: QueryOptions,
  ): Promise<readonly Row[]>
}

/**
 * `read`: everything the transaction reads is of one point in time. `write`: each statement sees
 * what was committed before it.
 */
export type TransactionMode = 'read' | 'write'

/**
 * The slice of a PostgreSQL client that a store needs. Errors are the client's own; those of the
 * server carry their SQLSTATE as `code`.
 */
export interface PostgresDriver extends PostgresSession {
  /** Whether commits survive a loss of power, as the server is set up. */
  readonly durable: boolean
  /**
   * Whether others can see that a key is held. Where a pooler gives each transaction another
   * connection they cannot, and holding one is of no effect.
   */
  readonly holdsKeys: boolean
  /**
   * Commits what `work` did, or rolls it back when `work` rejects. Rejects with `CommitUnknownError`
   * when the connection broke during the commit and its outcome could not be found out.
   */
  transaction<T>(mode: TransactionMode, work: (session: PostgresSession) => Promise<T>): Promise<T>
  /**
   * Marks `key`, a 64-bit integer in decimal digits, as held until the returned function is called
   * or this process is gone.
   */
  hold(key: string): Promise<() => Promise<void>>
  /** Whether somebody holds `key`; `session` is a transaction of this driver. */
  isHeld(session: PostgresSession, key: string): Promise<boolean>
  close(): Promise<void>
}

/** A commit whose outcome nobody can tell: the connection broke while it was under way. */
export class CommitUnknownError extends Error {
  override readonly name = 'CommitUnknownError'
}
