import { writeFile } from 'node:fs/promises'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { machineFacts, machineLine } from './machine-facts.js'
import { writeIntoPage } from './markdown-page.js'
import { measureRows } from './measure-rows.js'
import { benchPage } from './page/page.js'
import type { BenchResults } from './results.js'
import type { RowOutcome } from './row.js'
import { benchRows } from './rows.js'
import { rowLine, textTable } from './text-table.js'

/** The part of every size that a quick run takes. */
const QUICK = 0.1

const options = await yargs(hideBin(process.argv))
  .scriptName('bench')
  .usage('$0 [options]\n\nMeasures each goal beside what it is measured against, in one run.')
  .option('row', {
    type: 'array',
    choices: benchRows.map((row) => row.id),
    describe: 'rows to measure  [default: all]',
  })
  .option('list', { type: 'boolean', default: false, describe: 'say what rows there are' })
  .option('quick', {
    type: 'boolean',
    default: false,
    describe: 'a tenth of every size: whether all rows still run, not how fast',
  })
  .option('within', { type: 'number', describe: 'minutes after which no more row begins' })
  .option('output', { type: 'string', default: 'bench-results.json', describe: 'the JSON file' })
  .option('html', {
    type: 'string',
    default: 'bench-results.html',
    describe: 'the page with plots',
  })
  .option('page', { type: 'string', describe: 'also put the table into a Markdown page' })
  .strict()
  .version(false)
  .parse()

if (options.list) {
  for (const { id, work, goal } of benchRows) process.stdout.write(`${id}: ${work}; ${goal}\n`)
} else {
  await measure(benchRows.filter(({ id }) => options.row?.includes(id) ?? true))
}

async function measure(chosen: typeof benchRows): Promise<void> {
  const machine = machineFacts(Date.now())
  const rows: RowOutcome[] = []
  const scale = options.quick ? QUICK : 1
  process.stderr.write(`${machineLine(machine)}\n`)
  const withinMs = options.within === undefined ? Infinity : options.within * 60_000
  for await (const outcome of measureRows(chosen, { scale, withinMs })) {
    rows.push(outcome)
    process.stderr.write(`${rowLine(outcome)}\n`)
  }
  const results: BenchResults = { schema: 'threadstore/bench-results/1', machine, scale, rows }
  process.stdout.write(`${textTable(results, process.stdout.columns ?? 120)}\n`)
  await writeFile(options.output, `${JSON.stringify(results, null, 2)}\n`)
  await writeFile(options.html, benchPage(results))
  if (options.page !== undefined) await writeIntoPage(options.page, results)
  const files = [options.output, options.html, options.page].filter(Boolean)
  process.stderr.write(`written to ${files.join(', ')}\n`)
  if (rows.some((row) => 'failed' in row && row.failed)) process.exitCode = 1
}
