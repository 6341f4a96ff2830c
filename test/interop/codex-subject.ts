import type { FlowSubject } from '../../conformance/flows/subject.js'
import { processWire } from '../../conformance/flows/wire.js'
import { codexCommand, configureHome } from '../support/codex.js'

/** A real Codex as a subject of the flow suite: a process for each client, on a home of its own. */
export function codexSubject(name: string, binary: string): FlowSubject {
  return {
    name,
    connections: 'one',
    durable: true,
    start: async ({ folder, modelUrl }) => {
      await configureHome(folder, modelUrl)
      return {
        connect: () => processWire(codexCommand(binary, folder)),
        stop: () => Promise.resolve(),
      }
    },
  }
}
