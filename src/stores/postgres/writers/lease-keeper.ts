import type { RolloutId } from '../../../protocol/thread-id.js'
import type { PostgresContext } from '../postgres-context.js'
import { type HandleIdentity, RENEW_EVERY_MS, renewLeases } from './writer-lease.js'

/** Shows others that a handle lives, and renews its leases, from its first writer on. */
export class LeaseKeeper {
  readonly handle: HandleIdentity
  readonly #context: PostgresContext
  readonly #leased: () => readonly RolloutId[]
  readonly #stop = new AbortController()
  #presence: Promise<() => Promise<void>> | null = null

  /** @param leased - the rollouts whose leases are to be renewed */
  constructor(
    context: PostgresContext,
    handle: HandleIdentity,
    leased: () => readonly RolloutId[],
  ) {
    this.#context = context
    this.handle = handle
    this.#leased = leased
  }

  /** Returns once others can see that the handle lives. */
  async start(): Promise<void> {
    this.#presence ??= this.#appear()
    await this.#presence
  }

  async #appear(): Promise<() => Promise<void>> {
    try {
      const release = await this.#context.driver.hold(this.handle.key)
      void this.#renew()
      return release
    } catch (reason) {
      this.#presence = null
      throw reason
    }
  }

  async end(): Promise<void> {
    this.#stop.abort()
    const release = await this.#presence?.catch(() => undefined)
    await release?.()
  }

  async #renew(): Promise<void> {
    const { driver, namespace, clock } = this.#context
    const { signal } = this.#stop
    while (!signal.aborted) {
      // A renewal that fails is made up for by the next one; until then the lease still runs.
      await clock.sleep(RENEW_EVERY_MS, signal).catch(() => undefined)
      const rollouts = this.#leased()
      if (signal.aborted || rollouts.length === 0) continue
      await renewLeases(driver, namespace, this.handle, rollouts).catch(() => undefined)
    }
  }
}
