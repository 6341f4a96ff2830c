import type { Argv } from 'yargs'
import {
  JOBS_DEFAULT,
  stopReason,
  type ThreadVerdict,
  verify,
  type VerifyResult,
} from '../../migrate/index.js'
import { ExitCode } from '../exit-codes.js'
import { counted, formatBytes, formatDuration } from '../format.js'
import { type OpenedStore, openStore } from '../open-store.js'
import { reportedRun } from '../reported-run.js'
import { positiveInteger, targetAddress, threadIds } from '../store-options.js'
import { UsageError } from '../usage-error.js'

interface VerifyArgs {
  readonly source: string
  readonly target: string | undefined
  readonly targetEnv: string | undefined
  readonly readBack: boolean
  readonly only: readonly string[] | undefined
  readonly jobs: number
  readonly json: boolean
  readonly report: string | undefined
}

/** `threadstore verify`: compares two stores. */
export function verifyCommand(yargs: Argv): Argv {
  return yargs.command(
    'verify <source> [target]',
    'compare the threads of two stores byte for byte',
    (options) =>
      options
        .positional('source', { type: 'string', demandOption: true, describe: 'store copied from' })
        .positional('target', { type: 'string', describe: 'store copied to' })
        .options({
          'target-env': { type: 'string', describe: 'environment variable that holds the target' },
          'read-back': {
            type: 'boolean',
            default: false,
            describe: 'hash what is read from the target, not what it says it stores',
          },
          only: { type: 'string', array: true, describe: 'ids of the threads to compare' },
          jobs: { type: 'number', default: JOBS_DEFAULT, describe: 'threads compared at once' },
          json: { type: 'boolean', default: false, describe: 'print the report instead of text' },
          report: { type: 'string', describe: 'write the report to a file' },
        }),
    async (args) => {
      const jobs = positiveInteger('--jobs', args.jobs)
      const only = threadIds('--only', args.only)
      await using source = await openStore(args.source, 'read')
      const address = targetAddress(args.target, args.targetEnv)
      await using target = await openStore(address, 'read')
      process.exitCode = await run({ ...args, jobs }, only, source, target)
    },
  )
}

async function run(
  args: VerifyArgs,
  only: ReadonlySet<string> | undefined,
  source: OpenedStore,
  target: OpenedStore,
): Promise<ExitCode> {
  const { readBack, jobs, json, report } = args
  const header = {
    schema: 'threadstore/verification-report/1',
    source: source.label,
    target: target.label,
    readBack,
  }
  const options = { json, report, verb: 'compared', header }
  return await reportedRun<ThreadVerdict>(options, async ({ signal, progress, report: list }) => {
    const differing: ThreadVerdict[] = []
    const result = await verify({
      source: source.store,
      target: target.store,
      readBack,
      jobs,
      signal,
      ...(only && { only }),
      onFound: (found) => progress.set({ found }),
      onRead: (bytes) => progress.set({ bytes: progress.state.bytes + bytes }),
      onVerdict: (verdict) => {
        if (verdict.reason !== null && differing.length < SHOWN_MAX) differing.push(verdict)
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

/** Threads named one by one; the report names all. */
const SHOWN_MAX = 20

function exitCodeOf({ totals, stopped }: VerifyResult): ExitCode {
  if (stopped !== null) return ExitCode.interrupted
  const { equal, busy, behind, different, missing, unreadable } = totals
  if (behind + different + missing + unreadable > 0) return ExitCode.different
  if (equal + busy === 0) return ExitCode.nothingExecuted
  return busy > 0 ? ExitCode.incomplete : ExitCode.done
}

function summaryLines(
  { totals, onlyInTarget, bytesRead, stopped }: VerifyResult,
  differing: readonly ThreadVerdict[],
  durationMs: number,
): string[] {
  const parts = Object.entries(totals)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count.toLocaleString('en')} ${verdict}`)
  const all = Object.values(totals).reduce((sum, count) => sum + count, 0)
  const rest = all - totals.equal - differing.length
  const read = `${formatBytes(bytesRead)} compared in ${formatDuration(durationMs)}`
  return [
    ...differing.map(
      ({ verdict, threadId, reason }) => `${verdict.padEnd(10)} ${threadId}  ${reason}`,
    ),
    ...(rest > 0 ? [`… and ${counted(rest, 'more thread')}; --report FILE names all`] : []),
    `${counted(all, 'thread')}: ${parts.join(', ') || 'nothing to compare'}; ${read}`,
    ...(onlyInTarget > 0 ? [`${counted(onlyInTarget, 'thread')} only in the target`] : []),
    ...(stopped === null ? [] : ['interrupted; not every thread was compared']),
  ]
}
