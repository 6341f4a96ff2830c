import {
  type Receipt,
  type ReceiptThreadVerdict,
  receiptRoot,
  stopReason,
  verifyReceipt,
  type VerifyReceiptResult,
} from '../../migrate/index.js'
import { ExitCode } from '../usage/exit-codes.js'
import { counted, formatDuration } from '../terminal/format.js'
import type { OpenedStore } from '../stores/open-store.js'
import { readDocument } from '../reports/read-document.js'
import { reportedRun } from '../reports/reported-run.js'
import { UsageError } from '../usage/usage-error.js'
import { SHOWN_MAX, type VerifySettings, verdictParts } from './verify-settings.js'

/** Reads a receipt and makes sure that nobody changed it. */
export function readReceipt(file: string): Receipt {
  const receipt = readDocument<Receipt>(file, 'receipt')
  const root = receiptRoot(receipt.threads)
  if (root !== receipt.merkleRoot) {
    throw new UsageError(`${file} was changed: its root is ${receipt.merkleRoot}, not ${root}`)
  }
  return receipt
}

/** Says whether a store still holds what a receipt says, without the store it came from. */
export async function verifyAgainstReceipt(
  { readBack, jobs, json, report, shard }: VerifySettings,
  receipt: Receipt,
  target: OpenedStore,
): Promise<ExitCode> {
  const schema = 'threadstore/receipt-report/1'
  const { merkleRoot, createdAt } = receipt
  const header = { schema, target: target.label, merkleRoot, createdAt, readBack }
  const options = { json, report, verb: 'checked', header }
  return await reportedRun<ReceiptThreadVerdict>(options, async (tools) => {
    const noted: ReceiptThreadVerdict[] = []
    let bytes = 0
    const result = await verifyReceipt({
      receipt,
      target: target.store,
      readBack,
      jobs,
      signal: tools.signal,
      ...(shard && { shard }),
      onRead: (count) => {
        bytes += count
        tools.progress.set({ bytes })
      },
      onVerdict: (verdict) => {
        if (verdict.reason !== null && noted.length < SHOWN_MAX) noted.push(verdict)
        tools.report.add(verdict)
      },
    })
    const { totals, recordsChanged, stopped } = result
    return {
      exitCode: exitCodeOf(result),
      summary: { totals, recordsChanged, stopped: stopReason(stopped) },
      lines: (durationMs) => summaryLines(result, noted, durationMs),
    }
  })
}

function exitCodeOf({ totals, stopped }: VerifyReceiptResult): ExitCode {
  if (stopped !== null) return ExitCode.interrupted
  if (totals.different + totals.missing + totals.unreadable > 0) return ExitCode.different
  return totals.held + totals.grown === 0 ? ExitCode.nothingExecuted : ExitCode.done
}

function summaryLines(
  { totals, recordsChanged, stopped }: VerifyReceiptResult,
  noted: readonly ReceiptThreadVerdict[],
  durationMs: number,
): string[] {
  const all = Object.values(totals).reduce((sum, count) => sum + count, 0)
  const time = formatDuration(durationMs)
  return [
    ...noted.map(({ verdict, threadId, reason }) => `${verdict.padEnd(10)} ${threadId}  ${reason}`),
    `${counted(all, 'thread')}: ${verdictParts(totals)}; checked in ${time}`,
    ...(recordsChanged > 0 ? [`${counted(recordsChanged, 'record')} changed since`] : []),
    ...(stopped === null ? [] : ['interrupted; not every thread was checked']),
  ]
}
