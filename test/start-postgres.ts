import type { TestProject } from 'vitest/node'
import { startPostgresServer } from './support/postgres-server.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of a server that all test files of a run share; keep apart by namespace or database. */
    postgresUrl: string
  }
}

/** One server for all files that need one. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgresServer()
  project.provide('postgresUrl', server.url)
  return async () => {
    await server[Symbol.asyncDispose]()
  }
}
