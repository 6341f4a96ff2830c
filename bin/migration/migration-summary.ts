import type { FindingTally, MigrationResult, ThreadOutcome } from '../../migrate/index.js'
import { counted, formatBytes, formatDuration, formatRate } from '../terminal/format.js'

/** What a finished migration tells people. */
interface SummaryFacts {
  readonly result: MigrationResult
  /** Threads that are not proven, as many as are shown. */
  readonly worst: readonly ThreadOutcome[]
  readonly tallies: readonly FindingTally[]
  readonly durationMs: number
  readonly report: string | undefined
}

/** The lines that `migrate` ends with. */
export function migrationSummary(facts: SummaryFacts): string[] {
  const { result, worst, tallies, durationMs, report } = facts
  const { totals, bytesSent, bytesResumed, left, review, stopped } = result
  const unproven = totals.busy + totals.conflict + totals.failed
  const rest = unproven - worst.length
  return [
    ...worst.map(({ status, threadId, reason }) => `${status.padEnd(8)} ${threadId}  ${reason}`),
    ...(rest > 0 ? [`… and ${counted(rest, 'more thread')}; --report FILE names all`] : []),
    ...tallies.map(tallyLine),
    `${totalsLine(result)}; ${formatBytes(bytesSent)} sent in ${formatDuration(durationMs)} (${formatRate(bytesSent, durationMs)})`,
    ...(bytesResumed > 0
      ? [`${formatBytes(bytesResumed)} had been sent by a run that was broken off`]
      : []),
    ...(unproven === 0 && stopped === null && bytesSent === 0 && totals.already > 0 && left === 0
      ? ['nothing was left to send']
      : []),
    ...(review.changed.length > 0
      ? [
          `${counted(review.changed.length, 'thread')} changed meanwhile; run again to copy the rest`,
        ]
      : []),
    ...stoppedLines(result),
    ...(report === undefined ? [] : [`report: ${report}`]),
  ]
}

function totalsLine({ totals, left }: MigrationResult): string {
  const parts = Object.entries(totals)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count.toLocaleString('en')} ${status}`)
  const all = Object.values(totals).reduce((sum, count) => sum + count, 0)
  const open = left > 0 ? [`${left.toLocaleString('en')} left`] : []
  return `${counted(all + left, 'thread')}: ${[...parts, ...open].join(', ') || 'nothing to do'}`
}

function stoppedLines({ stopped, plan, left }: MigrationResult): string[] {
  if (stopped === null) return []
  const why =
    stopped === 'interrupted'
      ? 'interrupted'
      : stopped === 'time-limit'
        ? 'time is up'
        : `stopped: ${stopped.message}`
  const open =
    plan.threads.length === 0 ? 'not all was looked through' : `${counted(left, 'thread')} left`
  return [`${why}; ${open}, run the same command to go on`]
}

/** A finding as a line: how bad, how often, what it means. */
export function tallyLine({ severity, code, count, threads, meaning }: FindingTally): string {
  const mark = { error: '!', warning: '~', info: '·' }[severity]
  return `${mark} ${count.toLocaleString('en').padStart(5)} ${code.padEnd(19)} ${meaning} (${counted(threads, 'thread')})`
}
