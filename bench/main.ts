import { writeFile } from 'node:fs/promises'
import Table from 'cli-table3'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { machineFacts } from './machine-facts.js'
import { markdownPage } from './markdown-page.js'
import type { BenchRow, MeasuredRow } from './row.js'
import { appendAndFlush } from './rows/append-and-flush.js'
import { conformanceWallClock } from './rows/conformance-wall-clock.js'
import { httpLoad } from './rows/http-load.js'
import { httpStore } from './rows/http-store.js'
import { localList, localReadWithTurns } from './rows/local-reads.js'
import { migrateAgain } from './rows/migrate-again.js'
import { migrateToPostgres } from './rows/migrate-to-postgres.js'
import { oneHugeThread } from './rows/one-huge-thread.js'
import { itemsSlope, threadsSlope } from './rows/slopes.js'

/** The rows that need a real Codex, which is downloaded for them. */
const withCodexRows: readonly BenchRow[] = [localList, localReadWithTurns]

const rows: readonly BenchRow[] = [
  migrateToPostgres,
  migrateAgain,
  oneHugeThread,
  ...withCodexRows,
  appendAndFlush,
  conformanceWallClock,
  httpStore,
  httpLoad,
  threadsSlope,
  itemsSlope,
]

const { only, withCodex, output, page } = await yargs(hideBin(process.argv))
  .scriptName('bench')
  .usage('$0 [options]\n\nMeasures each goal beside what it is measured against, in one run.')
  .option('only', {
    type: 'array',
    choices: rows.map((row) => row.id),
    describe: 'rows to measure  [default: all that need no Codex]',
  })
  .option('with-codex', { type: 'boolean', default: false, describe: 'also beside a real Codex' })
  .option('page', { type: 'string', describe: 'also write a page for people, in Markdown' })
  .option('output', { type: 'string', default: 'bench-results.json', describe: 'the JSON file' })
  .strict()
  .version(false)
  .parse()

const chosen = rows.filter((row) =>
  only === undefined ? withCodex || !withCodexRows.includes(row) : only.includes(row.id),
)
const table = new Table({
  head: ['work', 'measured', 'beside', 'ratio', 'goal', ''],
  wordWrap: true,
})
const measured: MeasuredRow[] = []
for (const row of chosen) {
  process.stderr.write(`measuring ${row.id}\n`)
  try {
    const result = await row.run()
    const { figure, beside, ratio } = result
    const reached = row.reached(ratio)
    const { id, work, goal } = row
    measured.push({ id, work, goal, ...result, reached })
    const verdict = reached ? 'reached' : 'missed'
    table.push([work, figure, beside, ratio.toFixed(3), goal, verdict])
  } catch (error) {
    // The other rows were measured, or can be: their figures are not lost for this one.
    process.stderr.write(`${row.id} could not be measured: ${String(error)}\n`)
    process.exitCode = 1
  }
}
const machine = machineFacts()
process.stdout.write(`${table.toString()}\n${JSON.stringify(machine)}\n`)
await writeFile(output, `${JSON.stringify({ machine, rows: measured }, null, 2)}\n`)
if (page !== undefined) await writeFile(page, markdownPage(measured, machine))
process.stderr.write(`written to ${[output, page].filter(Boolean).join(' and ')}\n`)
