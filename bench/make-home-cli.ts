import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { makeHome } from './make-home.js'

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
}

function parseBytes(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? []
  const scale = UNITS[unit?.toLowerCase() ?? '?']
  if (amount === undefined || scale === undefined) {
    throw new RangeError(`${text} is no size; write 290MB or 1GiB`)
  }
  return Math.round(Number(amount) * scale)
}

const options = await yargs(hideBin(process.argv))
  .scriptName('bench:home')
  .usage('$0 --dir DIR [options]\n\nMakes a Codex home to measure with.')
  .option('dir', { type: 'string', demandOption: true, describe: 'an empty or new folder' })
  .option('threads', { type: 'number', describe: 'how many  [default: 2000]' })
  .option('bytes', {
    type: 'string',
    coerce: parseBytes,
    describe: 'JSONL bytes of all threads together  [default: 145 kB for each]',
  })
  .option('seed', { type: 'number', describe: 'another home of the same kind  [default: 1]' })
  .option('mode', {
    choices: ['legacy', 'paginated'] as const,
    describe: 'as Codex 0.131.0 or as 0.169.0 writes it  [default: legacy]',
  })
  .strict()
  .version(false)
  .parse()

const { dir, threads, bytes, seed, mode } = options
try {
  const started = performance.now()
  const made = makeHome({
    dir,
    ...(threads !== undefined && { threads }),
    ...(bytes !== undefined && { bytes }),
    ...(seed !== undefined && { seed }),
    ...(mode !== undefined && { mode }),
  })
  const seconds = Number(((performance.now() - started) / 1000).toFixed(2))
  process.stdout.write(`${JSON.stringify({ ...made, seconds }, null, 2)}\n`)
} catch (error) {
  if (!(error instanceof RangeError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
