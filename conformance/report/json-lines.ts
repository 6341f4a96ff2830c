import { packageVersion } from '../package-version.js'
import type { RunEvent } from './report.js'

/** An event as one line of JSON: a run that dies leaves every result it had. */
export function jsonLine(event: RunEvent): string {
  return `${JSON.stringify(lineOf(event))}\n`
}

function lineOf(event: RunEvent): object {
  switch (event.type) {
    case 'started': {
      const { type, ...facts } = event
      return {
        type,
        schema: 'threadstore/conformance-events/1',
        version: packageVersion(),
        ...facts,
      }
    }
    case 'case':
      return { type: event.type, index: event.index, ...event.result }
    case 'finished': {
      const { verdict, aborted, problem, planned, executed, counts, staleBaseline, durationMs } =
        event.report
      const end = {
        verdict,
        aborted,
        problem,
        planned,
        executed,
        counts,
        staleBaseline,
        durationMs,
      }
      return { type: event.type, ...end }
    }
  }
}
