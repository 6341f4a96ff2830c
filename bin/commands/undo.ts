import type { Argv } from 'yargs'
import { examples } from '../usage/examples.js'
import { stopReason, type UndoneThread, type UndoResult, undoRun } from '../../migrate/index.js'
import { ExitCode } from '../usage/exit-codes.js'
import { counted } from '../terminal/format.js'
import { openStore } from '../stores/open-store.js'
import { reportedRun } from '../reports/reported-run.js'
import { targetAddress, threadId } from '../usage/option-values.js'
import { UsageError } from '../usage/usage-error.js'

/** `threadstore undo`: takes a migration back. */
export function undoCommand(yargs: Argv): Argv {
  return yargs.command(
    'undo [target]',
    'take back what one run did to a store, and nothing else',
    (options) =>
      options
        .positional('target', { type: 'string', describe: 'store that was migrated to' })
        .options({
          'target-env': { type: 'string', describe: 'environment variable that holds the target' },
          run: { type: 'string', demandOption: true, describe: 'the run, as status shows it' },
          'dry-run': { type: 'boolean', default: false, describe: 'say what would be done' },
          yes: { type: 'boolean', default: false, describe: 'really do it' },
          json: { type: 'boolean', default: false, describe: 'print the report instead of text' },
          report: { type: 'string', describe: 'write the report to a file' },
        })
        .epilogue(
          examples({ 'ID is in `threadstore status`': 'undo postgres://host/db --run ID' }),
        ),
    async (args) => {
      const run = threadId('--run', args.run, 'run')
      const { dryRun, yes, json, report } = args
      if (dryRun === yes) throw new UsageError('give one of --dry-run and --yes')
      const address = targetAddress(args.target, args.targetEnv)
      await using target = await openStore(address, dryRun ? 'read' : 'change')
      const schema = 'threadstore/undo-report/1'
      const header = { schema, target: target.label, run, dryRun }
      const options = { json, report, verb: 'undone', header }
      process.exitCode = await reportedRun<UndoneThread>(options, async (tools) => {
        const kept: UndoneThread[] = []
        let threads = 0
        const result = await undoRun({
          target: target.store,
          run,
          dryRun,
          signal: tools.signal,
          onThread: (thread) => {
            threads += 1
            tools.progress.set({ found: threads })
            tools.report.add(thread)
            if (thread.status === 'kept' && kept.length < SHOWN_MAX) kept.push(thread)
          },
        })
        return {
          exitCode: exitCodeOf(result),
          summary: { totals: result.totals, stopped: stopReason(result.stopped) },
          lines: () => summaryLines(result, kept, dryRun),
        }
      })
    },
  )
}

/** Threads named one by one; the report names all. */
const SHOWN_MAX = 20

function exitCodeOf({ totals, stopped }: UndoResult): ExitCode {
  if (stopped !== null) return ExitCode.interrupted
  if (totals.removed + totals.restored + totals.kept + totals.gone === 0) {
    return ExitCode.nothingExecuted
  }
  return totals.kept > 0 ? ExitCode.incomplete : ExitCode.done
}

function summaryLines(
  { totals, stopped }: UndoResult,
  kept: readonly UndoneThread[],
  dryRun: boolean,
): string[] {
  const parts = Object.entries(totals)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count.toLocaleString('en')} ${status}`)
  const all = Object.values(totals).reduce((sum, count) => sum + count, 0)
  return [
    ...kept.map(({ threadId: id, reason }) => `kept ${id}  ${reason}`),
    `${counted(all, 'thread')}: ${parts.join(', ') || 'the run changed none'}`,
    ...(dryRun ? ['dry run: nothing was changed'] : []),
    ...(stopped === null ? [] : ['interrupted; the same command goes on']),
  ]
}
