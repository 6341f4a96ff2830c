/** A row of `_sqlx_migrations`. */
interface AppliedMigration {
  readonly version: number
  readonly description: string
  /** SHA-384 of the migration's SQL, upper-case hex. */
  readonly checksum: string
}

/**
 * A database of Codex 0.169 as data: its schema and the migrations that made it, with the checksums
 * by which a newer Codex recognises them and goes on from there. Codex 0.131 works with it too.
 */
export interface CodexSchema {
  /** Under this name every release so far looks for it. */
  readonly file: string
  readonly migrations: readonly AppliedMigration[]
  readonly sql: string
}

/** Reads migrations, one a line: version, checksum, description. */
export function readMigrations(text: string): AppliedMigration[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [version = '', checksum = '', ...words] = line.split(' ')
      return { version: Number(version), checksum, description: words.join(' ') }
    })
}
