import { createHash } from 'node:crypto'
import { cpSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  addLongLine,
  addZstdBomb,
  corruptState,
  duplicateIntoArchive,
  duplicateUnderBadName,
  leaveBackup,
  leaveMigrationTemp,
  leaveStaleLocks,
  linkOutside,
  pointRowOutside,
  removeRollout,
  removeRow,
  replaceState,
  truncateState,
  withWal,
} from './damage.js'
import { fixturePath, readManifest } from './fixtures.js'
import { hashTree } from './hash-tree.js'
import {
  copyHome,
  copyHomeInPlace,
  damagedFixtures,
  damagedHome,
  listThreads,
  newestThread,
  withState,
} from './homes.js'
import { temporaryFolder } from './temporary-folder.js'

const ids = (home: string): string[] => listThreads(home).map(({ id }) => id)

/** What changed in a home, by path. */
async function changes(home: string, damage: (home: string) => unknown): Promise<string[]> {
  const before = await hashTree(home)
  damage(home)
  const after = await hashTree(home)
  const paths = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...paths].filter((path) => JSON.stringify(before[path]) !== JSON.stringify(after[path]))
}

describe('copyHome', () => {
  test.each(['0.131.0', '0.131.0-migrated', '0.169.0'] as const)(
    'gives %s as recorded',
    async (version) => {
      const home = await copyHome(version)
      for (const { path, sha256 } of readManifest()) {
        const [, inHome] = path.split(`homes/codex-${version}/`)
        if (inHome === undefined) continue
        const bytes = readFileSync(join(home, inHome))
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
      }
    },
  )

  test('gives the same times in every copy', async () => {
    expect(await hashTree(await copyHome('0.169.0'))).toEqual(
      await hashTree(await copyHome('0.169.0')),
    )
  })

  test('leaves rows that point to where the home was recorded, copyHomeInPlace does not', async () => {
    const paths = (home: string): string[] =>
      withState(home, (state) =>
        state.prepare<[], string>('SELECT rollout_path FROM threads').pluck().all(),
      )
    const moved = await copyHome('0.131.0')
    expect(paths(moved).every((path) => path.startsWith('/home/dev/.codex/'))).toBe(true)
    const inPlace = await copyHomeInPlace('0.131.0')
    expect(paths(inPlace).every((path) => existsSync(path))).toBe(true)
  })
})

describe('hashTree', () => {
  test('shows a file that was made and removed again', async () => {
    const home = await copyHome('0.131.0')
    const paths = await changes(home, () => {
      cpSync(join(home, 'state_5.sqlite'), join(home, 'state_5.sqlite-shm'))
      rmSync(join(home, 'state_5.sqlite-shm'))
    })
    expect(paths).toEqual(['.'])
  })
})

describe('damagedHome', () => {
  test('holds every damaged file in a place of its own', async () => {
    const home = await damagedHome()
    const places = damagedFixtures().map((fixture) => fixture.home)
    expect(new Set(places).size).toBe(places.length)
    expect(places.filter((place) => !existsSync(join(home, place)))).toEqual([])
  })

  test('holds only what was asked for, with siblings', async () => {
    const tree = await hashTree(await damagedHome('siblings', 'torn-tail'))
    expect(Object.keys(tree).filter((path) => path.includes('rollout-'))).toHaveLength(3)
    expect(() => damagedFixtures('no-such')).toThrow(/there is no fixtures/)
  })
})

describe('whole-home damage', () => {
  test.each([
    [duplicateIntoArchive, ['archived_sessions/rollout-']],
    [duplicateUnderBadName, ['rollout-copy-of-something.jsonl']],
    [leaveMigrationTemp, ['.paginated.tmp', '.pending']],
    [leaveBackup, ['.jsonl.bak']],
    [
      leaveStaleLocks,
      ['.coordination.lock', 'rollout-maintenance.lock', 'session_index.jsonl.lock'],
    ],
    [removeRollout, ['sessions/2026/11/22/rollout-']],
    [removeRow, ['state_5.sqlite']],
    [corruptState, ['state_5.sqlite']],
    [replaceState, ['state_5.sqlite']],
    [truncateState, ['state_5.sqlite']],
  ])('of %o changes what it says and no other rollout', async (damage, expected) => {
    const paths = await changes(await copyHome('0.131.0'), damage)
    for (const part of expected) expect(paths.some((path) => path.includes(part))).toBe(true)
    expect(paths.filter((path) => /rollout-.*\.jsonl$/.test(path)).length).toBeLessThan(2)
  })

  test('is the same in every run', async () => {
    const [one, two] = [await copyHome('0.169.0'), await copyHome('0.169.0')]
    for (const home of [one, two]) {
      leaveMigrationTemp(home)
      removeRow(home)
    }
    expect(await hashTree(one)).toEqual(await hashTree(two))
  })

  test('by removeRollout and removeRow leaves one side without the other', async () => {
    const withoutFile = await copyHome('0.131.0')
    const { id, rolloutPath } = removeRollout(withoutFile)
    expect(ids(withoutFile)).toContain(id)
    expect(existsSync(join(withoutFile, rolloutPath))).toBe(false)

    const withoutRow = await copyHome('0.131.0')
    expect(removeRow(withoutRow)).toEqual({ id, rolloutPath })
    expect(ids(withoutRow)).not.toContain(id)
    expect(existsSync(join(withoutRow, rolloutPath))).toBe(true)
  })

  test('by corruptState, replaceState and truncateState leaves a database that cannot be read', async () => {
    for (const damage of [corruptState, replaceState, truncateState]) {
      const home = await copyHome('0.169.0')
      damage(home)
      expect(() => ids(home)).toThrow(/malformed|not a database/)
    }
  })

  test('by withWal leaves a row that only a reader of the write-ahead log finds', async () => {
    const home = await copyHome('0.131.0')
    const before = ids(home)
    const { id } = withWal(home)
    expect(statSync(join(home, 'state_5.sqlite-wal')).size).toBeGreaterThan(0)

    const withoutLog = temporaryFolder()
    cpSync(join(home, 'state_5.sqlite'), join(withoutLog, 'state_5.sqlite'))
    expect(ids(withoutLog)).toEqual(before.filter((other) => other !== id))
    expect(ids(home)).toEqual(before)
  })

  test('by pointRowOutside and linkOutside leads out of the home', async () => {
    for (const damage of [pointRowOutside, linkOutside]) {
      const home = await copyHome('0.131.0')
      const { outsidePath } = damage(home)
      expect(outsidePath.startsWith(home)).toBe(false)
      expect(existsSync(outsidePath)).toBe(true)
    }
  })

  test('by addLongLine and addZstdBomb has the size asked for', async () => {
    const home = await damagedHome('good-legacy')
    const long = readFileSync(join(home, addLongLine(home, 100_000).rolloutPath), 'utf8')
    expect(long.split('\n').map((line) => line.length)).toContain(100_000)

    const bomb = readFileSync(join(home, addZstdBomb(home, 5_000_000).rolloutPath))
    expect(bomb.length).toBeLessThan(10_000)
    expect(zstdDecompressSync(bomb)).toHaveLength(5_000_000)
  })

  test('is done to the newest thread that is not archived', async () => {
    const home = await copyHome('0.169.0')
    expect(newestThread(home).id).toBe('01a20348-e491-7163-a982-a2d5988f0063')
  })
})

test('fixturePath leads to the fixtures', () => {
  expect(existsSync(fixturePath('README.md'))).toBe(true)
})
