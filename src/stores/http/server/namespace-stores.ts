import { checked } from '../../../store/checked.js'
import { storeClosed } from '../../../store/errors.js'
import type { ThreadStore } from '../../../store/thread-store.js'

/** Opens a handle on the threads of a namespace. */
export type OpenNamespace = (namespace: string) => Promise<ThreadStore>

/** The handles that requests share which need no live writer: one for each namespace. */
export class NamespaceStores {
  readonly #open: OpenNamespace
  readonly #stores = new Map<string, Promise<ThreadStore>>()
  #closed = false

  constructor(open: OpenNamespace) {
    this.#open = open
  }

  /** The shared handle on a namespace, opened when it is first asked for. */
  async of(namespace: string): Promise<ThreadStore> {
    if (this.#closed) throw storeClosed()
    const known = this.#stores.get(namespace)
    if (known !== undefined) return known
    const opening = this.#open(namespace).then(checked)
    this.#stores.set(namespace, opening)
    // One that could not be opened is tried again by the next request.
    opening.catch(() => this.#stores.delete(namespace))
    return opening
  }

  async close(): Promise<void> {
    this.#closed = true
    const opened = await Promise.allSettled(this.#stores.values())
    const stores = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    await Promise.all(stores.map((store) => store.close()))
  }
}
