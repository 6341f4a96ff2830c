import type { PostgresSession, QueryOptions, SqlParam, SqlRow } from '../../../host/postgres.js'
import { errorFromPostgres } from './error-from-postgres.js'
import type { PostgresContext } from '../postgres-context.js'
import { retried } from './retry.js'

/**
 * Runs the statements of bytes that are read when their call has long been answered: nobody would
 * repeat it as a whole, so each statement is repeated by itself, and fails as a call does.
 */
export function lateReads({ driver, clock, server }: PostgresContext): PostgresSession {
  return {
    async query<Row extends SqlRow>(
      sql: string,
      params?: readonly SqlParam[],
      options?: QueryOptions,
    ): Promise<readonly Row[]> {
      try {
        return await retried(clock, () => driver.query<Row>(sql, params, options))
      } catch (reason) {
        throw errorFromPostgres(reason, server)
      }
    },
  }
}
