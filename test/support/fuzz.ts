import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { fixturePath } from './fixtures.js'

/** Cases that `npm test` tries in all; `npm run fuzz` tries 100,000. */
const CASES_DEFAULT = 2_000

const asked = process.env['FUZZ_CASES']
const cases = Number(asked ?? CASES_DEFAULT)
/** The same in every process of a run, another one tomorrow; `npm test` always tries the same. */
const seedDefault = asked === undefined ? 1 : Math.floor(Date.now() / 86_400_000)
const seed = Number(process.env['FUZZ_SEED'] || seedDefault)

/** Long enough for any number of cases. */
export const FUZZ_TIMEOUT_MS: number = 24 * 60 * 60 * 1000

/** What is made up, and what has to be true of it. */
interface FuzzTarget<Input> {
  /** Names the inputs that are kept: `fixtures/fuzz/NAME-….json`. */
  readonly name: string
  /** Its part of all cases. */
  readonly percent: number
  /** Inputs are JSON, so that what fails can be kept as a file. */
  readonly inputs: fc.Arbitrary<Input>
  /** Throws when something is not as it has to be. */
  readonly check: (input: Input) => Promise<void> | void
}

/**
 * Tries a target with inputs that failed once, then with made up ones. What fails is made as small
 * as it gets and written to a file; the error says where that is and how to repeat it.
 */
export async function fuzz<Input>(target: FuzzTarget<Input>): Promise<void> {
  const { name, percent, inputs, check } = target
  const numRuns = Math.ceil((cases * percent) / 100)
  const examples = keptInputs<Input>(name).map((input): [Input] => [input])
  const property = fc.asyncProperty(inputs, async (input) => check(input))
  const startedAt = performance.now()
  const found = await fc.check(property, { numRuns: numRuns + examples.length, seed, examples })
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const told = `fuzz ${name}: ${found.numRuns} cases, FUZZ_SEED=${seed}, ${seconds} s`
  if (asked !== undefined) process.stdout.write(`${told}\n`)
  if (!found.failed) return
  const [input] = found.counterexample ?? []
  const cause = found.errorInstance
  const reason = cause instanceof Error ? cause.message : String(cause)
  const file = keep(name, input)
  throw new Error(
    `${told}\n${reason}\nthe smallest input is in ${file}; in fixtures/fuzz it is always tried`,
    { cause },
  )
}

/** Inputs of a target that failed once. */
function keptInputs<Input>(name: string): Input[] {
  const folder = fixturePath('fuzz')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.startsWith(`${name}-`))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Input)
}

function keep(name: string, input: unknown): string {
  const folder = join(tmpdir(), 'threadstore-fuzz')
  mkdirSync(folder, { recursive: true })
  const text = `${JSON.stringify(input)}\n`
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8)
  const file = join(folder, `${name}-${hash}.json`)
  writeFileSync(file, text)
  return file
}
