/** A shape of the tables, reached from the one before by its statements. Frozen once released. */
export interface SchemaVersion {
  readonly version: number
  readonly statements: readonly string[]
}
