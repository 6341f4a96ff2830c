import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RepairAction } from '../src/stores/local/repair/repair-home.js'
import { openLocalStore } from '../src/stores/local/open-local-store.js'
import { homeFindingKinds } from '../src/stores/local/scan/home-findings.js'
import type { FoundPlace } from '../src/stores/local/scan/finding-tally.js'
import { lasting, repairable } from './local-drifts.js'
import { ID, creating, message, readAll, row } from './local-homes.js'
import { hashTree } from './support/hash-tree.js'
import { copyHome, copyHomeInPlace, newestThread, withState } from './support/homes.js'
import { ROOT } from './tidy/repository.js'

async function scan(home: string): Promise<{ codes: string[]; places: FoundPlace[] }> {
  const places: FoundPlace[] = []
  await using store = await openLocalStore({ home, readOnly: true })
  const { findings } = await store.scan({ onPlace: (found) => void places.push(found) })
  return { codes: findings.map(({ code }) => code), places }
}

async function repair(home: string): Promise<readonly RepairAction[]> {
  const { places } = await scan(home)
  await using store = await openLocalStore({ home })
  return (await store.repair(places)).actions
}

async function turnsOf(home: string): Promise<unknown> {
  await using store = await openLocalStore({ home, readOnly: true })
  const found: unknown[] = []
  for (const archived of [false, true]) {
    for (const { threadId, name, preview, archivedAt } of await readAll(store, archived)) {
      const list = { threadId, pageSize: 1000, includeArchived: true, itemsView: 'full' } as const
      const { turns } = await store.listTurns(list)
      found.push({ threadId, name, preview, archivedAt: archivedAt !== null, turns })
    }
  }
  return found
}

describe.each(Object.entries(repairable))('%s', (code, drift) => {
  test('is found, repaired, and found no more', async () => {
    const home = await copyHomeInPlace('0.169.0')
    const before = await turnsOf(home)
    drift(home)
    expect((await scan(home)).codes).toContain(code)
    const actions = await repair(home)
    expect(actions.filter(({ status }) => status !== 'repaired')).toEqual([])
    expect((await scan(home)).codes).toEqual([])
    const named = JSON.stringify(before).replace('"name":null', '"name":"From the index"')
    const after = await turnsOf(home)
    expect(after).toEqual(code === 'NAME_MISMATCH' ? JSON.parse(named) : before)
    const settled = await hashTree(home)
    expect(await repair(home)).toEqual([])
    expect(await hashTree(home)).toEqual(settled)
  })
})

describe.each(Object.entries(lasting))('%s', (code, drift) => {
  test('is found, and left as it is by a repair', async () => {
    const home = await copyHomeInPlace('0.169.0')
    drift(home)
    expect((await scan(home)).codes).toContain(code)
    const before = await hashTree(home)
    const actions = await repair(home)
    expect(actions.filter(({ status }) => status === 'repaired')).toEqual([])
    expect(await hashTree(home)).toEqual(before)
  })
})

test('every finding about a home is in its documentation', () => {
  const page = readFileSync(join(ROOT, 'docs/local-store.md'), 'utf8')
  const missing = Object.keys(homeFindingKinds).filter((code) => !page.includes(`\`${code}\``))
  expect(missing).toEqual([])
})

describe('a repair', () => {
  test('keeps every file it changes as it was', async () => {
    const home = await copyHomeInPlace('0.169.0')
    const rollout = newestThread(home).rolloutPath
    repairable['BOM']?.(home)
    const bytes = readFileSync(join(home, rollout))
    await repair(home)
    const [folder = ''] = readdirSync(join(home, 'threadstore-backups'))
    expect(readFileSync(join(home, 'threadstore-backups', folder, rollout))).toEqual(bytes)
    expect(readFileSync(join(home, rollout))).toEqual(bytes.subarray(3))
  })

  test('lets the rows of a moved home say where the rollouts lie now', async () => {
    const home = await copyHome('0.169.0')
    const actions = await repair(home)
    expect(actions).toHaveLength(10)
    const { id, rolloutPath } = newestThread(home)
    expect(row(home, id)['rollout_path']).toBe(join(home, rolloutPath))
    expect((await scan(home)).codes).toEqual([])
  })

  test('that is stopped between two places goes on when it is asked again', async () => {
    const home = await copyHome('0.169.0')
    const { places } = await scan(home)
    await using store = await openLocalStore({ home })
    const stop = new AbortController()
    const options = { signal: stop.signal, onProgress: () => stop.abort() }
    await expect(store.repair(places, options)).rejects.toMatchObject({ name: 'AbortError' })
    expect(await repair(home)).toHaveLength(9)
    expect((await scan(home)).codes).toEqual([])
  })

  test('finds nothing in a home that is reached through a link, or keeps databases elsewhere', async () => {
    const home = await copyHomeInPlace('0.169.0')
    const link = `${home}-link`
    symlinkSync(home, link)
    withState(home, (state) =>
      state
        .prepare('UPDATE threads SET rollout_path = replace(rollout_path, ?, ?)')
        .run(home, link),
    )
    expect((await scan(link)).codes).toEqual([])
    mkdirSync(join(home, 'databases'))
    renameSync(join(home, 'state_5.sqlite'), join(home, 'databases', 'state_5.sqlite'))
    writeFileSync(join(home, 'config.toml'), 'sqlite_home = "databases"\n')
    expect((await scan(home)).codes).toEqual([])
  })

  test('makes no database while a folder of rollouts is not there', async () => {
    const home = await copyHomeInPlace('0.169.0')
    lasting['FOLDER_UNREACHABLE']?.(home)
    repairable['DATABASE_MISSING']?.(home)
    const made = (await repair(home)).filter(({ code }) => code === 'DATABASE_MISSING')
    expect(made).toMatchObject([{ status: 'left', what: expect.stringMatching(/mount the disk/) }])
    expect(existsSync(join(home, 'state_5.sqlite'))).toBe(false)
  })

  test('leaves one of two files that differ to its owner', async () => {
    const home = await copyHomeInPlace('0.131.0')
    repairable['DUPLICATE_ROLLOUT']?.(home)
    repairable['UNTERMINATED_LINE']?.(home)
    const duplicates = (await repair(home)).filter(({ code }) => code === 'DUPLICATE_ROLLOUT')
    expect(duplicates).toMatchObject([{ status: 'left', what: expect.stringMatching(/differs/) }])
  })

  test('is refused while somebody writes, and changes nothing then', async () => {
    const home = await copyHomeInPlace('0.169.0')
    repairable['ARCHIVE_MISMATCH']?.(home)
    const { places } = await scan(home)
    await using writer = await openLocalStore({ home })
    await writer.createThread(creating(ID))
    await writer.appendItems({ threadId: ID, items: [message('hello')] })
    const before = await hashTree(home)
    await using store = await openLocalStore({ home })
    await expect(store.repair(places)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(new RegExp(`${ID}.*Nothing was changed`)),
    })
    expect(await hashTree(home)).toEqual(before)
    expect(existsSync(join(home, 'threadstore-backups'))).toBe(false)
  })

  test('is refused by a store that was opened for reading', async () => {
    const home = await copyHome('0.169.0')
    await using store = await openLocalStore({ home, readOnly: true })
    await expect(store.repair([])).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })
})
