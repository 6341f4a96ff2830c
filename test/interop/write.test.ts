import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AppServerClient } from '../../conformance/flows/app-server-client.js'
import { type MockResponses, startMockResponses } from '../../conformance/flows/mock-responses.js'
import { systemClock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import { LiveThread } from '../../src/live/live-thread.js'
import type { JsonObject } from '../../src/protocol/json.js'
import { copyThread } from '../../bench/load/copy-thread.js'
import type { CreateThreadParams } from '../../src/store/params.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { openLocalStore } from '../../src/stores/local/open-local-store.js'
import type { FoundPlace } from '../../src/stores/local/scan/finding-tally.js'
import { copyHomeInPlace, withState } from '../support/homes.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { codexVersions, configureHome, installCodex } from '../support/codex.js'
import { startCodex } from './start-codex.js'
import { codexQuestions, legacyTurn, paginatedTurn, questions, runTurn } from './turns.js'

/**
 * Turns of a rollout that was left behind in a revert. Codex 0.169 lists them from a projection that
 * it never makes again: of its own home without thread_history_1.sqlite it tells as little.
 */
const leftInRevert: ReadonlySet<string> = new Set(['keep one', 'keep two'])

let model: MockResponses
const binaries = new Map<string, string>()

beforeAll(async () => {
  model = await startMockResponses()
  for (const version of codexVersions) binaries.set(version, await installCodex(version))
})
afterAll(() => model[Symbol.asyncDispose]())

/** Lets a real Codex work on a home, which has it to itself for that long. */
async function inCodex<T>(
  version: string,
  home: string,
  work: (codex: AppServerClient) => Promise<T>,
): Promise<T> {
  await configureHome(home, model.baseUrl)
  const codex = await startCodex(binaries.get(version) ?? '', home)
  try {
    return await work(codex)
  } finally {
    await codex.close()
  }
}

async function inStore<T>(home: string, work: (store: ThreadStore) => Promise<T>): Promise<T> {
  await using store = await openLocalStore({ home })
  return await work(store)
}

/** A thread of one turn, written by us. */
async function writeThread(
  store: ThreadStore,
  home: string,
  more: Partial<CreateThreadParams> = {},
): Promise<string> {
  const threadId = systemIds.newThreadId()
  const live = await LiveThread.create(
    { store, clock: systemClock },
    {
      threadId,
      source: 'vscode',
      metadata: { cwd: join(home, 'project'), modelProvider: 'mock', cliVersion: '0.131.0' },
      ...more,
    },
  )
  const said = [systemIds.newId(), 'asked of us', 'answered by us'] as const
  await live.appendItems(
    more.historyMode === 'paginated' ? paginatedTurn(threadId, ...said) : legacyTurn(...said),
  )
  await live.shutdown()
  return threadId
}

async function newHome(): Promise<string> {
  const home = temporaryFolder()
  await mkdir(join(home, 'project'))
  return home
}

describe.each(codexVersions)('Codex %s', (version) => {
  it('lists, reads, resumes and extends a home that we made from nothing', async () => {
    const home = await newHome()
    const threadId = await inStore(home, (store) => writeThread(store, home))
    await inCodex(version, home, async (codex) => {
      const list = await codex.request('thread/list', { limit: 10 })
      expect((list['data'] as JsonObject[]).map(({ id, preview }) => ({ id, preview }))).toEqual([
        { id: threadId, preview: 'asked of us' },
      ])
      expect(await codexQuestions(codex, threadId)).toEqual(['asked of us'])
      await codex.request('thread/resume', { threadId })
      await runTurn(codex, threadId, 'asked of Codex')
    })
    await inStore(home, async (store) => {
      expect(await questions(store, threadId)).toEqual(['asked of us', 'asked of Codex'])
      await store.updateThreadMetadata({
        threadId,
        patch: { name: 'Ours', gitInfo: { branch: 'b', sha: null }, memoryMode: 'disabled' },
      })
    })
    await inCodex(version, home, async (codex) => {
      const { thread } = await codex.request('thread/read', { threadId })
      const { name, gitInfo } = thread as JsonObject
      expect({ name, gitInfo }).toEqual({
        name: 'Ours',
        gitInfo: { sha: null, branch: 'b', originUrl: null },
      })
    })
  })

  it('resumes every thread of its own home after we moved it into another', async () => {
    const from = await copyHomeInPlace(version)
    const into = await newHome()
    const moved = await inStore(into, (store) => moveAll(from, store))
    await inCodex(version, into, (codex) => expectResumed(codex, into, moved))
  })
})

it('Codex 0.169.0 resumes paginated threads that we moved into a home of 0.131.0', async () => {
  const from = await copyHomeInPlace('0.169.0')
  const into = await copyHomeInPlace('0.131.0')
  const moved = await inStore(into, (store) => moveAll(from, store))
  await inCodex('0.169.0', into, (codex) => expectResumed(codex, into, moved))
  const named = ({ threadId }: Moved): unknown =>
    withState(into, (state) =>
      state.prepare('SELECT name FROM threads WHERE id = ?').pluck().get(threadId),
    )
  expect(moved.map(named)).toEqual(moved.map(() => null))
  await using store = await openLocalStore({ home: into })
  const places: FoundPlace[] = []
  await store.scan({ onPlace: (found) => void places.push(found) })
  await store.repair(places)
  const names = new Set(moved.map(named))
  expect(names).toEqual(new Set([null, 'Thread Alpha', 'Mémoire']))
})

it('Codex 0.169.0 resumes and extends a fork that we wrote by reference', async () => {
  const home = await newHome()
  const { parent, fork } = await inStore(home, async (store) => {
    const written = await writeThread(store, home, { historyMode: 'paginated' })
    const { position } = await store.loadHistory({ threadId: written })
    if (position === null) throw new Error('the local store tells no position')
    const forked = await writeThread(store, home, {
      historyMode: 'paginated',
      forkedFromId: written,
      base: position,
    })
    return { parent: written, fork: forked }
  })
  await inCodex('0.169.0', home, async (codex) => {
    await codex.request('thread/resume', { threadId: parent, excludeTurns: true })
    await codex.request('thread/resume', { threadId: fork, excludeTurns: true })
    expect(await codexQuestions(codex, fork)).toEqual(['asked of us', 'asked of us'])
    await runTurn(codex, fork, 'asked of Codex')
  })
  await inStore(home, async (store) => {
    expect(await questions(store, fork)).toEqual(['asked of us', 'asked of us', 'asked of Codex'])
    expect(await questions(store, parent)).toEqual(['asked of us'])
  })
})

/** Resumes every thread that we moved into a home, and looks for all that was asked in it. */
async function expectResumed(
  codex: AppServerClient,
  home: string,
  moved: readonly Moved[],
): Promise<void> {
  // Whatever a list makes right in the rows must not keep a thread from being resumed.
  await codex.request('thread/list', { limit: 100, modelProviders: [] })
  for (const { threadId, asked, archived } of moved) {
    if (archived) await codex.request('thread/unarchive', { threadId })
    await codex.request('thread/resume', { threadId, cwd: home })
    // A goal that is still active goes on by itself as soon as its thread is resumed.
    const told = await codexQuestions(codex, threadId)
    const expected = asked.filter((question) => !leftInRevert.has(question))
    expect(told.slice(0, expected.length)).toEqual(expected)
  }
}

interface Moved {
  readonly threadId: string
  readonly asked: readonly string[]
  readonly archived: boolean
}

/** Exports every thread of a home and imports it, bases first; what each was asked. */
async function moveAll(from: string, into: ThreadStore): Promise<Moved[]> {
  await using source = await openLocalStore({ home: from, readOnly: true })
  const moved: Moved[] = []
  for (const archived of [true, false]) {
    const page = await source.listThreads({ pageSize: 100, sortDirection: 'asc', archived })
    for (const { threadId } of page.items) {
      await copyThread(source, into, threadId)
      moved.push({ threadId, asked: await questions(source, threadId), archived })
    }
  }
  return moved
}
