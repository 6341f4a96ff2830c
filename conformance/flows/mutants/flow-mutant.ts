import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/protocol/json.js'
import { parseJson } from '../../../src/protocol/parse-json.js'
import type { FlowRequirementId } from '../requirements.js'
import type { FlowSubject } from '../subject.js'
import type { Wire } from '../wire.js'

/** An app-server with one defect: what it says, and what it hears, passes through here. */
export interface FlowMutant {
  /** What is wrong with it, as a fact. */
  readonly id: string
  readonly violates: FlowRequirementId
  /** What is said instead of a message; `request` is what it answers, for responses. */
  readonly says?: Says
  /** What is heard instead of a request. */
  readonly hears?: (request: JsonObject, state: State) => JsonObject[]
}

/** What is said instead of a message. */
export type Says = (message: JsonObject, request: JsonObject | null, state: State) => JsonObject[]

/** What a mutant remembers of one connection. */
export type State = Map<string, JsonObject[]>

/** The subject with the mutant’s defect. */
export function mutatedFlow(subject: FlowSubject, mutant: FlowMutant): FlowSubject {
  return {
    ...subject,
    name: `${subject.name}, ${mutant.id}`,
    start: async (place) => {
      const server = await subject.start(place)
      return { ...server, connect: () => mutatedWire(server.connect(), mutant) }
    },
  }
}

function mutatedWire(wire: Wire, { says, hears }: FlowMutant): Wire {
  const requests = new Map<JsonValue, JsonObject>()
  const state: State = new Map()
  return {
    ...wire,
    write: (line) => {
      const request = parseJson(line)
      if (!isJsonObject(request)) return wire.write(line)
      requests.set(request['id'] ?? null, request)
      for (const heard of hears?.(request, state) ?? [request]) wire.write(JSON.stringify(heard))
    },
    listen: (listener) =>
      wire.listen({
        ...listener,
        onLine: (line) => {
          const message = parseJson(line)
          if (!isJsonObject(message) || says === undefined) return listener.onLine(line)
          const request = 'method' in message ? null : (requests.get(message['id'] ?? null) ?? null)
          for (const said of says(message, request, state)) listener.onLine(JSON.stringify(said))
        },
      }),
  }
}
