import type { ConformanceCase } from '../case.js'
import { type Names, literal } from '../report/literal.js'
import type { RecordedCall } from './recorder.js'
import { outcomeText } from './thread-model.js'

/**
 * Calls that overlapped as a test one can paste: lanes that run side by side, each one call after
 * the other. Whether it fails again is up to the moment; `replay` runs many.
 */
export function printLanes(
  { requirements, title }: Pick<ConformanceCase, 'requirements' | 'title'>,
  calls: readonly RecordedCall[],
): string {
  const names = namesOf(calls)
  const clients = [...new Set(calls.map(({ client }) => client))].toSorted()
  const lines = [
    ...[...names].map(([id, name]) => `const ${name} = '${id}'`),
    ...clients.map((client, index) => `const ${client} = await ${opens(client, index)}`),
    'await Promise.all([',
    ...lanesOf(calls).flatMap((lane) => printLane(lane, names)),
    '])',
  ]
  const heading = literal(`${requirements.join(', ')}: ${title}`, new Map())
  return [`test(${heading}, async () => {`, ...lines.map((line) => `  ${line}`), '})'].join('\n')
}

/** Short names for the threads of calls. */
export function namesOf(calls: readonly RecordedCall[]): Names {
  const ids = new Set(calls.flatMap(({ params }) => params.threadId ?? []))
  return new Map([...ids].map((id, index) => [id, `T${index + 1}`]))
}

function opens(client: string, index: number): string {
  if (index === 0) return 'open() // your store, on fresh storage'
  const where = client === 'P' ? ' in another process' : ''
  return `openSecond() // another handle on the same storage${where}`
}

/** As few lanes as hold the calls: one lane is of one client, and its calls do not overlap. */
export function lanesOf(calls: readonly RecordedCall[]): RecordedCall[][] {
  const lanes: RecordedCall[][] = []
  for (const call of calls.toSorted((a, b) => a.begin - b.begin)) {
    const lane = lanes.find((one) => {
      const last = one.at(-1)
      return last !== undefined && last.client === call.client && last.end < call.begin
    })
    if (lane === undefined) lanes.push([call])
    else lane.push(call)
  }
  return lanes
}

function printLane(lane: readonly RecordedCall[], names: Names): string[] {
  const statements = lane.map((call) => {
    const { client, verb, params, begin, end, outcome } = call
    const args = literal(params, names, '      ')
    const caught = outcome.kind === 'rejected' ? '.catch(() => {})' : ''
    const span = Number.isFinite(end) ? `${begin} to ${end}` : `${begin}`
    return `    await ${client}.${verb}(${args})${caught} // ${span}: ${outcomeText(call)}`
  })
  return ['  (async () => {', ...statements, '  })(),']
}
