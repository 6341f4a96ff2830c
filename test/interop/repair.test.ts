import { expect, it } from 'vitest'
import { startMockResponses } from '../../conformance/flows/mock-responses.js'
import { openLocalStore } from '../../src/stores/local/open-local-store.js'
import type { FoundPlace } from '../../src/stores/local/scan/finding-tally.js'
import { repairable } from '../local-drifts.js'
import { codexVersions, configureHome, installCodex } from '../support/codex.js'
import { copyHome } from '../support/homes.js'
import { startCodex } from './start-codex.js'
import { codexQuestions, questions, runTurn } from './turns.js'

/** What befalls a home that was moved as well, one after the other. */
const mishaps = {
  rows: [
    'ROW_PATH_FOREIGN',
    'PREVIEW_MISSING',
    'MISPLACED_ROLLOUT',
    'BOM',
    'ROW_MISSING',
    'ARCHIVE_MISMATCH',
    'HISTORY_MODE_MISMATCH',
  ],
  databases: ['DATABASE_UNREADABLE'],
} as const

const runs = codexVersions.flatMap((version) =>
  (Object.keys(mishaps) as (keyof typeof mishaps)[]).map((what) => [version, what] as const),
)

it.each(runs)(
  'Codex %s lists, resumes and extends a home whose %s were repaired',
  async (...run) => {
    const [version, what] = run
    const home = await copyHome(version)
    const before = await asked(home)
    await repair(home)
    for (const code of mishaps[what]) {
      // Before migration 40 a row does not say how its history is written.
      if (code === 'HISTORY_MODE_MISMATCH' && version === '0.131.0') continue
      repairable[code]?.(home)
      expect(await repair(home)).toContain(code)
    }
    expect(await asked(home)).toEqual(before)

    await using model = await startMockResponses()
    await configureHome(home, model.baseUrl)
    const codex = await startCodex(await installCodex(version), home)
    const active = [...before.entries()].filter(([, { archived }]) => !archived)
    const params = { limit: 100, modelProviders: [], useStateDbOnly: true }
    const { data } = await codex.request('thread/list', params)
    const listed = (data as { id: string }[]).map(({ id }) => id)
    // A review is no thread of its own to Codex.
    expect(active.map(([id]) => id)).toEqual(expect.arrayContaining(listed))
    expect(listed.length).toBeGreaterThanOrEqual(active.length - 1)
    for (const [threadId, { turns }] of active) {
      await codex.request('thread/resume', { threadId, cwd: home })
      expect((await codexQuestions(codex, threadId)).slice(0, turns.length)).toEqual(turns)
    }
    const [[extended, { turns }] = ['', { turns: [] as string[] }]] = active
    await runTurn(codex, extended, 'asked of Codex')
    await codex.close()
    expect((await asked(home)).get(extended)?.turns).toEqual([...turns, 'asked of Codex'])
  },
)

/** Repairs a home; returns the codes of what was found, after which nothing is. */
async function repair(home: string): Promise<string[]> {
  const places: FoundPlace[] = []
  await using looked = await openLocalStore({ home, readOnly: true })
  await looked.scan({ onPlace: (found) => void places.push(found) })
  await using store = await openLocalStore({ home })
  await store.repair(places)
  expect((await looked.scan()).findings).toEqual([])
  return places.map(({ code }) => code)
}

async function asked(
  home: string,
): Promise<Map<string, { readonly turns: string[]; readonly archived: boolean }>> {
  await using store = await openLocalStore({ home, readOnly: true })
  const found = new Map<string, { turns: string[]; archived: boolean }>()
  for (const archived of [false, true]) {
    const page = await store.listThreads({ pageSize: 100, sortKey: 'createdAt', archived })
    for (const { threadId } of page.items) {
      found.set(threadId, { turns: await questions(store, threadId), archived })
    }
  }
  return found
}
