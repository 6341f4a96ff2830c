import { inject, onTestFinished } from 'vitest'
import type { ThreadStore } from '../../src/index.js'
import { systemClock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import type { PostgresDriver, SqlParam, SqlRow } from '../../src/host/postgres.js'
import { openPgDriver } from '../../src/stores/postgres/driver/pg-driver.js'
import {
  openPostgresStore,
  type PostgresStoreOptions,
} from '../../src/stores/postgres/open-postgres-store.js'

/** A namespace of its own on the server that all files share. */
export interface Storage {
  readonly url: string
  readonly namespace: string
  /** Opens a handle that is closed when the test is over. */
  readonly open: (options?: Partial<PostgresStoreOptions>) => Promise<ThreadStore>
  /** Opens a driver that is closed when the test is over. */
  readonly driver: (url?: string) => Promise<PostgresDriver>
  /** Asks the database behind the store's back. */
  readonly sql: <Row extends SqlRow>(
    text: string,
    params?: readonly SqlParam[],
  ) => Promise<readonly Row[]>
}

/** A storage nothing was ever stored in. */
export async function freshStorage(): Promise<Storage> {
  const url = inject('postgresUrl')
  const namespace = `n${systemIds.newThreadId().replaceAll('-', '')}`
  const driver = async (to: string = url): Promise<PostgresDriver> => {
    const opened = await openPgDriver({ url: to, clock: systemClock })
    onTestFinished(() => opened.close())
    return opened
  }
  const behind = await driver()
  return {
    url,
    namespace,
    driver,
    async open(options = {}) {
      const store = await openPostgresStore({
        ...(options.driver === undefined && { url }),
        namespace,
        ...options,
      })
      // A test that breaks the connection may have made closing impossible.
      onTestFinished(() => store.close().catch(() => {}))
      return store
    },
    sql: (text, params) => behind.query(text, params),
  }
}

/** The URL of the shared server by way of another port. */
export function throughPort(url: string, port: number): string {
  return url.replace(/:\d+\//, `:${port}/`)
}

/** An id for a thread. */
export function newThreadId(): string {
  return systemIds.newThreadId()
}

/** The messages of a thread, in order. */
export async function messagesOf(store: ThreadStore, threadId: string): Promise<unknown[]> {
  const { items } = await store.loadHistory({ threadId, includeArchived: true })
  return items
    .filter(({ type }) => type === 'event_msg')
    .map(({ payload }) => (payload as { message: unknown }).message)
}
