import { Client, type ClientConfig } from 'pg'
import type { Clock } from '../../../host/clock.js'

const RETRY_MAX_MS = 10_000

/**
 * Keys that stay held as long as this process lives, each an advisory lock. One connection holds
 * them all, because a server has few connections and may have many writers.
 */
export class HeldKeys {
  readonly #config: ClientConfig
  readonly #clock: Clock
  readonly #keys = new Set<string>()
  #connection: Promise<Client> | null = null
  #last: Promise<unknown> = Promise.resolve()

  constructor(config: ClientConfig, clock: Clock) {
    this.#config = config
    this.#clock = clock
  }

  /** Resolves once others can see that the key is held. */
  async hold(key: string): Promise<() => Promise<void>> {
    this.#keys.add(key)
    try {
      const client = await this.#connected()
      await this.#inTurn(() => client.query('SELECT pg_advisory_lock($1::bigint)', [key]))
    } catch (reason) {
      await this.#release(key)
      throw reason
    }
    return () => this.#release(key)
  }

  async #release(key: string): Promise<void> {
    if (!this.#keys.delete(key)) return
    const connection = this.#connection
    const isLast = this.#keys.size === 0
    if (isLast) this.#connection = null
    const client = await connection?.catch(() => null)
    if (!client) return
    const unlock = 'SELECT pg_advisory_unlock($1::bigint)'
    const end = (): Promise<unknown> => (isLast ? client.end() : client.query(unlock, [key]))
    await this.#inTurn(end).catch(ignore)
  }

  /** A connection does one thing at a time. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(ignore)
    return turn
  }

  async #connected(): Promise<Client> {
    if (this.#connection !== null) return this.#connection
    const connecting = this.#connect()
    this.#connection = connecting
    connecting.catch(() => {
      if (this.#connection === connecting) this.#connection = null
    })
    return connecting
  }

  async #connect(): Promise<Client> {
    const client = new Client(this.#config)
    client.on('error', ignore)
    client.on('end', () => void this.#lost(client))
    await client.connect()
    return client
  }

  /** Holds on another connection what the one that broke has held. */
  async #lost(client: Client): Promise<void> {
    if ((await this.#connection?.catch(() => null)) !== client) return
    this.#connection = null
    for (let waitMs = 100; this.#keys.size > 0; waitMs = Math.min(2 * waitMs, RETRY_MAX_MS)) {
      if (await this.#holdAgain().catch(() => false)) return
      await this.#clock.sleep(waitMs).catch(ignore)
    }
  }

  /** Whether all keys are held; the server may not have noticed yet that the connection is gone. */
  async #holdAgain(): Promise<boolean> {
    const client = await this.#connected()
    const keys = [...this.#keys]
    const { rows } = await this.#inTurn(() =>
      client.query<{ held: boolean }>(
        `SELECT pg_try_advisory_lock(key) AS held FROM unnest($1::bigint[]) AS k (key)
        WHERE NOT EXISTS (SELECT FROM pg_locks l WHERE l.pid = pg_backend_pid()
          AND l.locktype = 'advisory' AND l.objsubid = 1
          AND (l.classid::bigint << 32 | l.objid::bigint) = key)`,
        [keys],
      ),
    )
    return rows.every(({ held }) => held)
  }
}

function ignore(): void {}
