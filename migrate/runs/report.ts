import type { ThreadStoreError } from '../../src/store/errors.js'

/** What every report begins with; what else it says of its run stands beside it. */
export interface ReportHeader {
  /** Name and version of the document's schema, such as `threadstore/migration-report/1`. */
  readonly schema: string
  /** Version of the package that wrote it. */
  readonly version: string
  readonly startedAt: string
  readonly [fact: string]: unknown
}

/** A JSON document that is written while its run goes on, so that it may be of any length. */
export interface ReportWriter<Entry> {
  add(entry: Entry): void
  /** Everything that is known at the end. The document is complete afterwards. */
  end(summary: Readonly<Record<string, unknown>>): void
}

/** Begins a report whose list is called `list`. */
export function beginReport<Entry>(
  header: ReportHeader,
  list: string,
  write: (text: string) => void,
): ReportWriter<Entry> {
  let first = true
  write(`${JSON.stringify(header, null, 2).slice(0, -2)},\n  ${JSON.stringify(list)}: [`)
  return {
    add(entry) {
      write(`${first ? '' : ','}\n    ${JSON.stringify(entry)}`)
      first = false
    },
    end(summary) {
      const rest = JSON.stringify(summary, null, 2).slice(2)
      write(`${first ? '' : '\n  '}],\n${rest}\n`)
    },
  }
}

/** Why a run ended early, as reports say it. */
export type StopReason =
  | { readonly code: 'INTERRUPTED' | 'TIME_LIMIT'; readonly message: string }
  | { readonly code: ThreadStoreError['code']; readonly message: string }

export function stopReason(
  stopped: 'interrupted' | 'time-limit' | ThreadStoreError | null,
): StopReason | null {
  if (stopped === null) return null
  const goesOn = 'the same command goes on from here'
  if (stopped === 'interrupted') return { code: 'INTERRUPTED', message: `interrupted; ${goesOn}` }
  if (stopped === 'time-limit') return { code: 'TIME_LIMIT', message: `time is up; ${goesOn}` }
  return { code: stopped.code, message: stopped.message }
}
