import type { Argv } from 'yargs'
import { examples } from '../usage/examples.js'
import { stopReason } from '../../migrate/index.js'
import type { FoundPlace } from '../../src/stores/local/scan/finding-tally.js'
import type { HomeFinding } from '../../src/stores/local/scan/home-findings.js'
import type { HomeScan } from '../../src/stores/local/scan/scan-home.js'
import { ExitCode } from '../usage/exit-codes.js'
import { defaultHome } from '../stores/default-home.js'
import { openHome } from '../stores/open-store.js'
import {
  plannedRepair,
  repairExitCode,
  repairHome,
  repairLines,
  requireQuiet,
} from '../home/repair-home.js'
import { type RunEnd, type RunTools, reportedRun } from '../reports/reported-run.js'
import { summaryLines } from '../home/scan-summary.js'
import { UsageError } from '../usage/usage-error.js'

/** `threadstore scan`: what is in a Codex home, and what is not as it should be. */
export function scanCommand(yargs: Argv): Argv {
  return yargs.command(
    'scan [home]',
    'say what a Codex home holds and what is wrong with it; touches nothing without --repair',
    (options) =>
      options
        .positional('home', { type: 'string', describe: 'the home  [default: ~/.codex]' })
        .options({
          repair: {
            type: 'boolean',
            default: false,
            describe: 'put right what can be, after copying every file that changes',
          },
          'dry-run': { type: 'boolean', default: false, describe: 'with --repair: only show what' },
          json: { type: 'boolean', default: false, describe: 'print the report instead of text' },
          report: { type: 'string', describe: 'write the report to a file' },
        })
        .epilogue(
          examples({
            'what ~/.codex holds, and what is wrong with it': 'scan',
            'the same as a document': 'scan /backup/codex --json',
            'what a repair would do': 'scan ~/.codex --repair --dry-run',
          }),
        ),
    async ({ home = defaultHome(), json, report, repair, dryRun }) => {
      if (dryRun && !repair)
        throw new UsageError('--dry-run is for --repair; a scan changes nothing')
      if (repair && !dryRun) await requireQuiet(home)
      const header = { schema: 'threadstore/scan-report/1', home }
      const options = {
        json,
        report,
        verb: repair ? 'repaired' : 'scanned',
        header,
        list: 'findings',
      }
      process.exitCode = await reportedRun<HomeFinding>(options, async (tools) => {
        const places: FoundPlace[] = []
        const scan = await scanned(home, tools, (found) => {
          if (repair) places.push(found)
        })
        for (const finding of scan.findings) tools.report.add(finding)
        return repair ? await repaired(home, { tools, scan, places, dryRun }) : endOf(scan)
      })
    },
  )
}

async function scanned(
  home: string,
  { signal, progress }: RunTools<HomeFinding>,
  onPlace: (found: FoundPlace) => void,
): Promise<HomeScan> {
  await using opened = await openHome(home)
  return await opened.store.scan({
    signal,
    onPlace,
    onProgress: ({ rollouts, bytes }) => progress.set({ found: rollouts, bytes, todo: null }),
  })
}

function endOf(scan: HomeScan): RunEnd {
  const failed = scan.findings.some(({ severity }) => severity === 'error')
  return {
    exitCode: failed ? ExitCode.different : ExitCode.done,
    summary: { inventory: scan.inventory, stopped: stopReason(null) },
    lines: () => summaryLines(scan),
  }
}

interface ScannedHome {
  readonly tools: RunTools<HomeFinding>
  readonly scan: HomeScan
  readonly places: readonly FoundPlace[]
  readonly dryRun: boolean
}

/** Repairs, and looks at the whole home again: only what a scan no longer finds is repaired. */
async function repaired(
  home: string,
  { tools, scan, places, dryRun }: ScannedHome,
): Promise<RunEnd> {
  const { signal, progress } = tools
  const { backup, actions } = dryRun
    ? await plannedRepair(places)
    : await repairHome(home, places, {
        signal,
        onProgress: ({ places: done, of }) =>
          progress.set({ threads: done, todo: { threads: of, bytes: 0 } }),
      })
  const after = dryRun ? scan : await scanned(home, tools, () => {})
  const repair = { dryRun, backup, actions, remaining: dryRun ? null : after.findings }
  return {
    exitCode: dryRun ? endOf(scan).exitCode : repairExitCode(actions, after.findings),
    summary: { inventory: scan.inventory, repair, stopped: stopReason(null) },
    lines: () => [
      ...summaryLines(scan),
      ...repairLines({ backup, actions }, dryRun ? null : after.findings),
    ],
  }
}
