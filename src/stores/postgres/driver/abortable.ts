import type { PostgresSession } from '../../../host/postgres.js'
import { ThreadStoreError } from '../../../store/errors.js'
import { changeSessions } from './change-sessions.js'
import type { PostgresContext } from '../postgres-context.js'

/**
 * Reads until its caller has had enough: who aborts is answered at once, and no further statement is
 * sent. The one that is under way ends by itself, or by the server's `statement_timeout`.
 */
export async function readUntilAborted<T>(
  context: PostgresContext,
  signal: AbortSignal | undefined,
  read: (context: PostgresContext) => Promise<T>,
): Promise<T> {
  if (signal === undefined) return read(context)
  let stop = (): void => {}
  try {
    const aborted = new Promise<never>((_resolve, reject) => {
      stop = () => reject(abortedError(signal))
      signal.addEventListener('abort', stop)
    })
    const driver = changeSessions(context.driver, (session) => stoppingSession(session, signal))
    return await Promise.race([aborted, read({ ...context, driver })])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function stoppingSession(session: PostgresSession, signal: AbortSignal): PostgresSession {
  return {
    async query(sql, params, options) {
      if (signal.aborted) throw abortedError(signal)
      return session.query(sql, params, options)
    },
  }
}

function abortedError(signal: AbortSignal): ThreadStoreError {
  const { reason: cause } = signal as { readonly reason: unknown }
  return new ThreadStoreError('RETRYABLE', 'the call was aborted', { reason: 'aborted' }, { cause })
}
