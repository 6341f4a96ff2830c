import type { StoreSubject } from '../../conformance/index.js'
import type { ThreadStore } from '../../src/index.js'
import {
  createHttpThreadServer,
  type HttpThreadServer,
  type HttpThreadServerOptions,
} from '../../src/stores/http/http-thread-server.js'
import { type HttpStoreOptions, openHttpStore } from '../../src/stores/http/open-http-store.js'

/** What stands behind a server under test: a store of its own for every scope. */
export interface StoresBehind {
  open(scope: string): Promise<ThreadStore>
  destroy?(scope: string): Promise<void>
}

/** A server, and clients of it, as one subject. */
interface HttpSubjectOptions {
  readonly name: string
  readonly behind: StoresBehind
  readonly server?: Partial<HttpThreadServerOptions>
  readonly client?: Partial<HttpStoreOptions>
  /** Puts something between clients and server, and says where clients find it. */
  readonly between?: (serverUrl: string) => Promise<string>
}

/** The subject, and the server to be closed after the run. */
export async function httpSubject(
  options: HttpSubjectOptions,
): Promise<{ readonly subject: StoreSubject; readonly server: HttpThreadServer }> {
  const { behind } = options
  const server = await createHttpThreadServer({
    open: (scope) => behind.open(scope),
    ...options.server,
  })
  const serverUrl = await server.listen({ port: 0 })
  const url = (await options.between?.(serverUrl)) ?? serverUrl
  const open: StoreSubject['open'] = ({ scope }) =>
    openHttpStore({ url, namespace: scope, ...options.client })
  const subject: StoreSubject = {
    name: options.name,
    open,
    openSecond: open,
    reopen: open,
    destroy: async ({ scope }) => behind.destroy?.(scope),
  }
  return { subject, server }
}
