import type { Argv } from 'yargs'
import { examples } from '../usage/examples.js'
import { listRuns, type RunState } from '../../migrate/index.js'
import { systemClock } from '../../src/host/clock.js'
import { ExitCode } from '../usage/exit-codes.js'
import { fitTable } from '../terminal/fit-table.js'
import { formatBytes, formatDuration, formatRate } from '../terminal/format.js'
import { openStore } from '../stores/open-store.js'
import { printResult, tableWidth } from '../terminal/output.js'
import { wholeNumber, targetAddress } from '../usage/option-values.js'

/** `threadstore status`: the migrations a store was the target of. */
export function statusCommand(yargs: Argv): Argv {
  return yargs.command(
    'status [target]',
    'show the runs that migrated into a store, from any machine',
    (options) =>
      options
        .positional('target', { type: 'string', describe: 'store that was migrated to' })
        .options({
          'target-env': { type: 'string', describe: 'environment variable that holds the target' },
          limit: { type: 'number', default: 10, describe: 'runs to show, newest first' },
          json: { type: 'boolean', default: false, describe: 'print a document instead of text' },
        })
        .epilogue(examples({ 'the last ten runs': 'status postgres://host/db' })),
    async (args) => {
      const limit = wholeNumber('--limit', args.limit)
      await using target = await openStore(targetAddress(args.target, args.targetEnv), 'read')
      const runs: RunState[] = []
      for await (const run of listRuns(target.store)) {
        runs.push(run)
        if (runs.length === limit) break
      }
      if (args.json) printDocument(target.label, runs)
      else printTable(runs)
      process.exitCode = runs.length === 0 ? ExitCode.nothingExecuted : ExitCode.done
    },
  )
}

function printDocument(target: string, runs: readonly RunState[]): void {
  printResult(JSON.stringify({ schema: 'threadstore/run-list/1', target, runs }, null, 2))
}

function printTable(runs: readonly RunState[]): void {
  if (runs.length === 0) {
    printResult('no run has migrated into this store')
    return
  }
  printResult(fitTable(COLUMNS, runs.map(rowOf), tableWidth()))
}

const COLUMNS = [
  { head: 'run' },
  { head: 'state' },
  { head: 'started', charsMin: 10, brief: true as const },
  { head: 'host', charsMin: 6 },
  { head: 'part' },
  { head: 'threads' },
  { head: 'sent' },
  { head: 'rate' },
  { head: 'findings', charsMin: 10 },
  { head: 'seen' },
]

function rowOf(run: RunState): string[] {
  const since = systemClock.now() - Date.parse(run.lastSeenAt)
  return [
    run.run,
    run.stopped === null ? run.state : `${run.state}: ${run.stopped}`,
    run.startedAt.slice(0, 19),
    textOf(run.facts['host']),
    textOf(run.facts['shard']),
    threadsOf(run),
    formatBytes(run.bytesSent),
    formatRate(run.bytesSent, Date.parse(run.lastSeenAt) - Date.parse(run.startedAt)),
    Object.entries(run.findings)
      .map(([code, threads]) => `${Number(threads)} ${code}`)
      .join(', '),
    `${formatDuration(Math.max(0, since))} ago`,
  ]
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function threadsOf({ totals, left }: RunState): string {
  return Object.entries({ ...totals, left })
    .map(([status, count]) => (typeof count === 'number' && count > 0 ? `${count} ${status}` : ''))
    .filter((part) => part !== '')
    .join(', ')
}
