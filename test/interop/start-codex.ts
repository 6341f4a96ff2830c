import { AppServerClient } from '../../conformance/flows/app-server-client.js'
import { processWire } from '../../conformance/flows/wire.js'
import { codexCommand } from '../support/codex.js'

/** Starts a real app-server on a home. */
export async function startCodex(binary: string, home: string): Promise<AppServerClient> {
  const client = new AppServerClient(processWire(codexCommand(binary, home)))
  await client.initialize('lab')
  return client
}
