import type { ThreadStoreCapabilities } from '../../store/capabilities.js'
import { wireProblem } from '../../protocol/validate.js'
import { checked } from '../../store/checked.js'
import { ThreadStoreError } from '../../store/errors.js'
import type { ThreadStore } from '../../store/thread-store.js'
import { protocolBroken } from './adapter-error.js'
import type { Connection } from './connection.js'
import { StdioThreadStore } from './stdio-thread-store.js'

/** The version of the protocol that `docs/wire.md` describes. */
export const WIRE_PROTOCOL = 1

/** Ways into a storage that an adapter may or may not offer, besides `$open`. */
export type AdapterDoor = 'second' | 'reopen' | 'destroy' | 'crash'

/** What an adapter says of itself. */
export interface AdapterFacts {
  readonly name: string
  readonly version: string | null
  readonly doors: readonly AdapterDoor[]
}

/** Asks the adapter who it is; rejects when it does not speak this protocol. */
export async function greet(connection: Connection): Promise<AdapterFacts> {
  const p = { protocol: WIRE_PROTOCOL }
  const value = await connection.call({ op: '$hello', p, effect: 'none' })
  const problem = wireProblem('helloResult', value)
  if (problem !== null) {
    const where = `${problem.path || 'the result'} ${problem.message}`
    throw protocolBroken(`${connection.who} answered $hello with what is no greeting: ${where}`)
  }
  const { protocol, name, version, doors } = value as AdapterFacts & { readonly protocol: number }
  if (protocol === WIRE_PROTOCOL) return { name, version, doors }
  throw new ThreadStoreError(
    'UNSUPPORTED',
    `${connection.who} speaks protocol ${protocol} and not ${WIRE_PROTOCOL}`,
    { reason: 'schema-version' },
  )
}

/** Opens a handle of the adapter's store. */
export async function openHandle(
  connection: Connection,
  op: '$open' | '$second' | '$reopen',
  scope: string | null,
): Promise<ThreadStore> {
  const name = connection.newName('handle')
  const value = await connection.call({ op, h: name, p: { scope }, effect: 'none' })
  const problem = wireProblem('openResult', value)
  if (problem !== null) {
    const where = `${problem.path || 'the result'} ${problem.message}`
    throw protocolBroken(`${connection.who} answered ${op} without its capabilities: ${where}`)
  }
  const { supports } = value as { readonly supports: ThreadStoreCapabilities }
  return checked(new StdioThreadStore({ connection, name, supports }))
}
