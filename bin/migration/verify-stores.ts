import { type ThreadVerdict, type VerifyResult, stopReason, verify } from '../../migrate/index.js'
import { ExitCode } from '../usage/exit-codes.js'
import { counted, formatBytes, formatDuration } from '../terminal/format.js'
import { mapSource } from './map-options.js'
import type { OpenedStore } from '../stores/open-store.js'
import { printDetail } from '../terminal/output.js'
import { reportedRun } from '../reports/reported-run.js'
import { UsageError } from '../usage/usage-error.js'
import { SHOWN_MAX, type VerifySettings, verdictParts } from './verify-settings.js'

/** Compares two stores and says what differs. */
export async function verifyStores(
  { readBack, jobs, json, report, only, shard, mapping }: VerifySettings,
  source: OpenedStore,
  target: OpenedStore,
): Promise<ExitCode> {
  const mapped = mapSource(mapping, source, target)
  const schema = 'threadstore/verification-report/1'
  const header = { schema, source: source.label, target: target.label, readBack }
  const options = { json, report, verb: 'compared', header }
  return await reportedRun<ThreadVerdict>(options, async ({ signal, progress, report: list }) => {
    const differing: ThreadVerdict[] = []
    const result = await verify({
      source: mapped?.store ?? source.store,
      target: target.store,
      readBack,
      jobs,
      signal,
      ...(only && { only }),
      ...(shard && { shard }),
      onFound: (found) => progress.set({ found }),
      onRead: (bytes) => progress.set({ bytes: progress.state.bytes + bytes }),
      onVerdict: (verdict) => {
        if (verdict.reason !== null && differing.length < SHOWN_MAX) differing.push(verdict)
        printDetail(`${verdict.verdict} ${verdict.threadId}`)
        list.add(verdict)
      },
    })
    const { totals, onlyInTarget, bytesRead, stopped, unknown } = result
    if (unknown.length > 0) {
      throw new UsageError(`${source.label} has no thread ${unknown.join(', ')}`)
    }
    return {
      exitCode: exitCodeOf(result),
      summary: { totals, onlyInTarget, bytesRead, stopped: stopReason(stopped) },
      lines: (durationMs) => summaryLines(result, differing, durationMs),
    }
  })
}

function exitCodeOf({ totals, stopped }: VerifyResult): ExitCode {
  if (stopped !== null) return ExitCode.interrupted
  const { equal, ahead, busy, behind, different, missing, unreadable } = totals
  if (behind + different + missing + unreadable > 0) return ExitCode.different
  if (equal + ahead + busy === 0) return ExitCode.nothingExecuted
  return busy > 0 ? ExitCode.incomplete : ExitCode.done
}

function summaryLines(
  { totals, onlyInTarget, bytesRead, stopped }: VerifyResult,
  differing: readonly ThreadVerdict[],
  durationMs: number,
): string[] {
  const all = Object.values(totals).reduce((sum, count) => sum + count, 0)
  const rest = all - totals.equal - differing.length
  const read = `${formatBytes(bytesRead)} compared in ${formatDuration(durationMs)}`
  return [
    ...differing.map(
      ({ verdict, threadId, reason }) => `${verdict.padEnd(10)} ${threadId}  ${reason}`,
    ),
    ...(rest > 0 ? [`… and ${counted(rest, 'more thread')}; --report FILE names all`] : []),
    `${counted(all, 'thread')}: ${verdictParts(totals)}; ${read}`,
    ...(onlyInTarget > 0 ? [`${counted(onlyInTarget, 'thread')} only in the target`] : []),
    ...(stopped === null ? [] : ['interrupted; not every thread was compared']),
  ]
}
