import type { SqlParam } from '../../../host/postgres.js'

/** A type that rows of values can be made of. */
export type ColumnType =
  | 'uuid'
  | 'bigint'
  | 'integer'
  | 'smallint'
  | 'double precision'
  | 'boolean'
  | 'text'
  | 'bytea'

/**
 * A row source out of one array for each column, from the params that begin at `$first`: a statement
 * for any number of rows.
 */
export function rowsFromArrays(first: number, types: readonly ColumnType[]): string {
  const arrays = types.map((type, index) => {
    const array = `$${first + index}::${type === 'bytea' ? 'bytea' : 'text'}[]`
    return type === 'bytea' || type === 'text' ? array : `${array}::${type}[]`
  })
  return `unnest(${arrays.join(', ')})`
}

type Cell = string | number | boolean | null

/** The params for `rowsFromArrays`, of columns that are not `bytea`. */
export function columnArrays(rows: readonly (readonly Cell[])[], width: number): SqlParam[] {
  return Array.from({ length: width }, (_column, index) =>
    rows.map((row) => {
      const cell = row[index] ?? null
      return cell === null ? null : String(cell)
    }),
  )
}
