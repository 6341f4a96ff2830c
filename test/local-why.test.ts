import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openLocalStore } from '../src/stores/local/open-local-store.js'
import type { ThreadExplanation } from '../src/stores/local/why/explain-thread.js'
import { parseDocument, runCli } from './cli-run.js'
import { lasting, repairable } from './local-drifts.js'
import { copyHomeInPlace, newestThread, withState } from './support/homes.js'

const ALPHA = '01a20348-d6b6-7d43-a072-436c808aed86'
const FORK_OF_REVERTED = '01a20348-e491-7163-a982-a2d5988f0063'
const NOBODY = '01a20348-0000-7000-8000-000000000000'

/** A home whose configuration asks for the provider that its threads are of. */
async function homeOfMock(): Promise<string> {
  const home = await copyHomeInPlace('0.169.0')
  writeFileSync(join(home, 'config.toml'), '# mine\nmodel_provider = "mock"\n\n[model]\nx = 1\n')
  return home
}

async function explain(home: string, asked: string): Promise<ThreadExplanation> {
  await using store = await openLocalStore({ home, readOnly: true })
  const { thread } = await store.explain(asked)
  if (thread === null) throw new Error(`${asked} was not found`)
  return thread
}

async function reasons(home: string, asked: string): Promise<string[]> {
  return (await explain(home, asked)).reasons.map(({ code }) => code)
}

/** What real lists of 0.169.0 leave out: those of the database, those of the files, or both. */
const hiding = {
  ROW_MISSING: ['ROW_MISSING'],
  ROW_PATH_STALE: ['ROW_PATH_STALE'],
  ARCHIVE_MISMATCH: ['ARCHIVE_MISMATCH'],
  PREVIEW_MISSING: ['PREVIEW_MISSING'],
  MISPLACED_ROLLOUT: ['ROW_PATH_STALE', 'MISPLACED_ROLLOUT'],
  BOM: ['BOM'],
  DATABASE_MISSING: [],
  DATABASE_UNREADABLE: [],
  ROW_PATH_FOREIGN: [],
  HISTORY_MODE_MISMATCH: [],
  NAME_MISMATCH: [],
  DUPLICATE_ROLLOUT: [],
  UNTERMINATED_LINE: [],
  WAL_LEFT: [],
  ROLLOUT_MISSING: ['ROLLOUT_MISSING'],
} as const

describe('why', () => {
  test.each(Object.entries(hiding))('with %s names what hides a thread', async (code, codes) => {
    const home = await homeOfMock()
    const { id } = newestThread(home)
    const drift = repairable[code] ?? lasting[code]
    drift?.(home)
    const { reasons: found, findings } = await explain(home, id)
    expect(found.map((reason) => reason.code)).toEqual(codes)
    expect([...found, ...findings].map((finding) => finding.code)).toContain(code)
  })

  test('finds nothing that hides a healthy thread, wherever its history begins', async () => {
    const {
      lineage,
      rollouts,
      row,
      reasons: found,
      findings,
    } = await explain(await homeOfMock(), FORK_OF_REVERTED)
    expect({ found, findings }).toEqual({ found: [], findings: [] })
    expect(lineage.map(({ position }) => position.endOrdinalExclusive)).toEqual([32, 21])
    expect(rollouts).toMatchObject([{ current: true, archived: false }])
    expect(row?.rolloutPath).toContain(FORK_OF_REVERTED)
  })

  test('names the filters of lists: archived, provider, source', async () => {
    const home = await copyHomeInPlace('0.169.0')
    withState(home, (state) =>
      state.prepare("UPDATE threads SET source = 'exec' WHERE title = 'to be archived'").run(),
    )
    const archived = '01a20348-d904-73b3-9967-487639d9bd2d'
    expect(await reasons(home, archived)).toEqual(['ARCHIVED', 'OTHER_PROVIDER', 'OTHER_SOURCE'])
  })

  test('takes an id, the beginning of one, and a name', async () => {
    const home = await homeOfMock()
    for (const asked of [ALPHA, ALPHA.toUpperCase(), ALPHA.slice(0, 14)]) {
      expect((await explain(home, asked)).threadId).toBe(ALPHA)
    }
    expect((await explain(home, 'Mémoire')).name).toBe('Mémoire')
  })

  test('does not choose between threads of one name', async () => {
    await using store = await openLocalStore({ home: await homeOfMock(), readOnly: true })
    const found = await store.explain('Thread Alpha')
    expect(found).toMatchObject({ thread: null, ambiguous: true })
    expect('near' in found && found.near).toHaveLength(2)
  })

  test('says of an id that only the index of names knows what it was called', async () => {
    const home = await homeOfMock()
    lasting['INDEX_ENTRY_UNKNOWN']?.(home)
    await using store = await openLocalStore({ home, readOnly: true })
    const found = await store.explain('01a20348-0000-7000-8000-000000000001')
    expect(found).toMatchObject({ thread: null, indexName: 'x' })
  })
})

describe('threadstore why', () => {
  test('says where a thread is and why it is not shown, as text and as a document', async () => {
    const home = await homeOfMock()
    const { id } = newestThread(home)
    repairable['ROW_MISSING']?.(home)
    const { status, stdout } = runCli(['why', id, '--home', home])
    expect(status).toBe(0)
    expect(stdout).toMatch(
      /rollout {3}sessions\/2026.*\nbegins in [^]*row +there is none[^]*ROW_MISSING/,
    )
    const printed = runCli(['why', id, '--home', home, '--json'])
    expect(parseDocument(printed.stdout, 'why-report')).toMatchObject({
      asked: id,
      thread: { threadId: id, row: null, reasons: [{ code: 'ROW_MISSING' }] },
    })
  })

  test('exits 1 for a thread that is not there, and shows what is near', async () => {
    const home = await homeOfMock()
    const typo = `${ALPHA.slice(0, -1)}7`
    expect(runCli(['why', typo, '--home', home])).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(new RegExp(`no thread .*\nnear it\n +${ALPHA} +Thread Alpha`)),
    })
    const printed = runCli(['why', NOBODY, '--home', home, '--json'])
    expect(parseDocument(printed.stdout, 'why-report')).toMatchObject({ thread: null, near: [] })
  })
})
