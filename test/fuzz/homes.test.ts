import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../cli-run.js'
import { fuzz, FUZZ_TIMEOUT_MS } from '../support/fuzz.js'
import { hashTree } from '../support/hash-tree.js'
import { copyHome, type RecordedHome } from '../support/homes.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import {
  type DatabaseDamage,
  damageDatabase,
  damageHome,
  databaseDamage,
  forbidPlaces,
  type HomeDamage,
  homeDamage,
} from './home-damage.js'
import { type IntactHome, checkReading, intactHome, undamagedThreads } from './read-home.js'
import { asNobody, asSomebodyElse } from './as-nobody.js'

// Homes are damaged in every way there is a word for; what has to be true of them all is in
// `read-home.ts`.

const recorded: readonly RecordedHome[] = ['0.131.0', '0.169.0']

let intact: ReadonlyMap<RecordedHome, IntactHome>
let folder: string
let count = 0

beforeAll(async () => {
  folder = temporaryFolder()
  // Nobody reads the homes in it.
  chmodSync(folder, 0o755)
  const homes = recorded.map(
    async (name) => [name, await intactHome(await copyHome(name))] as const,
  )
  intact = new Map(await Promise.all(homes))
})

interface DamagedHome {
  readonly home: RecordedHome
  readonly files: readonly HomeDamage[]
  readonly database: readonly DatabaseDamage[]
}

/** Damages a copy, has it read, and looks at the copy again. */
async function checkDamaged(
  { home, files, database }: DamagedHome,
  read: (path: string, whole: IntactHome) => Promise<void> | void,
): Promise<void> {
  const whole = intact.get(home)
  if (whole === undefined) throw new Error(`${home} was not recorded`)
  count += 1
  const place = join(folder, String(count))
  const path = join(place, '.codex')
  mkdirSync(place)
  await cp(whole.path, path, { recursive: true, preserveTimestamps: true })
  for (const damage of database) damageDatabase(join(path, 'state_5.sqlite'), damage)
  for (const damage of files) damageHome(path, damage)
  const before = await hashTree(path)
  const permit = forbidPlaces(path, files)
  try {
    await read(path, whole)
  } finally {
    permit()
  }
  expect(await hashTree(path)).toEqual(before)
  rmSync(place, { recursive: true })
}

function readAsNobody(path: string, whole: IntactHome): Promise<void> {
  return asNobody(() => checkReading(path, undamagedThreads(path, whole)))
}

/** Exit codes of commands that met damage, and of those that met none. */
const expectedCodes: readonly (number | null)[] = [0, 1, 2, 3, 5, 6]

function readByCommand(path: string): void {
  const target = `${path}-copy`
  mkdirSync(target)
  chmodSync(target, 0o777)
  for (const args of [
    ['scan', path],
    ['threads', 'list', path, '--json'],
    ['migrate', path, target, '--json'],
  ]) {
    const { status, stdout, stderr } = runCli(args, asSomebodyElse)
    expect({ args, status, stderr, ok: expectedCodes.includes(status) }).toMatchObject({ ok: true })
    expect(stdout + stderr).not.toMatch(/\n\s+at |internal error/)
  }
}

describe('a damaged home', { timeout: FUZZ_TIMEOUT_MS }, () => {
  test('is read as far as it can be and left as it is, whatever its files are', async () => {
    await fuzz<DamagedHome>({
      name: 'homes',
      percent: 2,
      inputs: fc.record({
        home: fc.constantFrom(...recorded),
        files: fc.array(homeDamage, { minLength: 1, maxLength: 4 }),
        database: fc.constant([]),
      }),
      check: (input) => checkDamaged(input, readAsNobody),
    })
  })

  test('gives every thread, whatever its database is', async () => {
    await fuzz<DamagedHome>({
      name: 'databases',
      percent: 1,
      inputs: fc.record({
        home: fc.constantFrom(...recorded),
        files: fc.constant([]),
        database: fc.array(databaseDamage, { minLength: 1, maxLength: 3 }),
      }),
      check: (input) => checkDamaged(input, readAsNobody),
    })
  })

  test('ends every command with a documented exit code and without a stack trace', async () => {
    await fuzz<DamagedHome>({
      name: 'commands',
      percent: 0.05,
      inputs: fc.record({
        home: fc.constantFrom(...recorded),
        files: fc.array(homeDamage, { maxLength: 3 }),
        database: fc.array(databaseDamage, { maxLength: 2 }),
      }),
      check: (input) => checkDamaged(input, readByCommand),
    })
  })
})
