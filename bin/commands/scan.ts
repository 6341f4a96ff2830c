import type { Argv } from 'yargs'
import { stopReason } from '../../migrate/index.js'
import type { HomeFinding } from '../../src/stores/local/scan/home-findings.js'
import type { HomeInventory, HomeScan } from '../../src/stores/local/scan/scan-home.js'
import { ExitCode } from '../exit-codes.js'
import { counted, formatBytes } from '../format.js'
import { defaultHome } from '../default-home.js'
import { openHome } from '../open-store.js'
import { reportedRun } from '../reported-run.js'

/** `threadstore scan`: what is in a Codex home, and what is not as it should be. */
export function scanCommand(yargs: Argv): Argv {
  return yargs.command(
    'scan [home]',
    'say what a Codex home holds and what is wrong with it; touches nothing',
    (options) =>
      options
        .positional('home', { type: 'string', describe: 'the home  [default: ~/.codex]' })
        .options({
          json: { type: 'boolean', default: false, describe: 'print the report instead of text' },
          report: { type: 'string', describe: 'write the report to a file' },
        }),
    async ({ home = defaultHome(), json, report }) => {
      await using opened = await openHome(home)
      const header = { schema: 'threadstore/scan-report/1', home: opened.label }
      const options = { json, report, verb: 'scanned', header, list: 'findings' }
      process.exitCode = await reportedRun<HomeFinding>(options, async (tools) => {
        const { signal, progress } = tools
        const scan = await opened.store.scan({
          signal,
          onProgress: ({ rollouts, bytes }) => progress.set({ found: rollouts, bytes }),
        })
        for (const finding of scan.findings) tools.report.add(finding)
        return {
          exitCode: scan.findings.some(({ severity }) => severity === 'error')
            ? ExitCode.different
            : ExitCode.done,
          summary: { inventory: scan.inventory, stopped: stopReason(null) },
          lines: () => summaryLines(scan),
        }
      })
    },
  )
}

function summaryLines({ inventory, findings }: HomeScan): string[] {
  return [
    ...inventoryLines(inventory),
    ...(findings.length === 0 ? ['nothing to complain about'] : ['findings']),
    ...findings.flatMap(findingLines),
  ]
}

function inventoryLines(inventory: HomeInventory): string[] {
  const { threads, archivedThreads, forks, revertedThreads, rollouts, compressedRollouts } =
    inventory
  const kinds = [
    [archivedThreads, 'archived'],
    [forks, 'forked'],
    [revertedThreads, 'reverted'],
  ] as const
  const words = kinds.filter(([count]) => count > 0).map(([count, kind]) => `${count} ${kind}`)
  const files = compressedRollouts > 0 ? `, ${compressedRollouts} compressed` : ''
  return [
    `${counted(threads, 'thread')}${words.length > 0 ? ` (${words.join(', ')})` : ''} in ${counted(rollouts, 'rollout')}${files}, ${formatBytes(inventory.bytes)}`,
    ...(['modelProviders', 'sources', 'cliVersions', 'historyModes'] as const).map((census) => {
      const values = inventory[census].map(({ value, count }) => `${value} ${count}`)
      return `  ${labels[census].padEnd(9)} ${values.join(' · ')}`
    }),
    ...inventory.largestRollouts
      .slice(0, 3)
      .map(({ file, bytes }) => `  largest   ${formatBytes(bytes).padStart(9)}  ${file}`),
  ]
}

const labels = {
  modelProviders: 'providers',
  sources: 'sources',
  cliVersions: 'versions',
  historyModes: 'modes',
} as const

function findingLines({ severity, code, count, measured, remedy, samples }: HomeFinding): string[] {
  const mark = { error: '!', warning: '~', info: '·' }[severity]
  const number = count.toLocaleString('en').padStart(6)
  return [
    `${mark}${number} ${code.padEnd(22)} ${measured}`,
    ...samples.slice(0, 2).map((sample) => `${' '.repeat(31)}${sample}`),
    ...(remedy === null ? [] : [`${' '.repeat(31)}→ ${remedy}`]),
  ]
}
