import { expect, it } from 'vitest'
import { startMockResponses } from '../../conformance/flows/mock-responses.js'
import type { AppServerClient } from '../../conformance/flows/app-server-client.js'
import type { JsonObject } from '../../src/protocol/json.js'
import type { StoredThread } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { openLocalStore } from '../../src/stores/local/open-local-store.js'
import { copyHomeInPlace } from '../support/homes.js'
import { configureHome, installCodex } from '../support/codex.js'
import { startCodex } from './start-codex.js'

/** What both sides say of a thread, in the same words. */
interface Telling {
  readonly id: string
  readonly name: unknown
  readonly preview: unknown
  readonly git: unknown
  readonly cwd: unknown
  readonly forkedFromId: unknown
  readonly turns: readonly { readonly id: string; readonly status: unknown }[]
}

it.each(['0.131.0', '0.169.0'] as const)(
  'every thread of a home of Codex %s reads as Codex itself reads it',
  async (version) => {
    const home = await copyHomeInPlace(version)
    const ours = await tellOurs(home)
    expect(ours).toHaveLength(version === '0.131.0' ? 9 : 10)

    await using model = await startMockResponses()
    await configureHome(home, model.baseUrl)
    const codex = await startCodex(await installCodex(version), home)
    const theirs: Telling[] = []
    for (const { id } of ours) theirs.push(await tellTheirs(codex, id, version))
    await codex.close()
    expect(ours).toEqual(theirs)
  },
)

it('a home that Codex 0.169.0 migrated reads as it did before', async () => {
  const before = await tellOurs(await copyHomeInPlace('0.131.0'))
  const after = await tellOurs(await copyHomeInPlace('0.131.0-migrated'))
  expect(after.map(withoutGeneratedIds)).toEqual(before.map(withoutGeneratedIds))
})

/** A turn that nobody named is called after its line, and a migration drops lines before it. */
function withoutGeneratedIds(telling: Telling): Telling {
  const turns = telling.turns.map((turn) => ({
    ...turn,
    id: /^rollout-\d+$/.test(turn.id) ? 'named after its line' : turn.id,
  }))
  return { ...telling, turns }
}

async function tellOurs(home: string): Promise<Telling[]> {
  await using store = await openLocalStore({ home, readOnly: true })
  const threads = [
    ...(await store.listThreads({ pageSize: 100 })).items,
    ...(await store.listThreads({ pageSize: 100, archived: true })).items,
  ]
  return await Promise.all(threads.map((thread) => tell(store, thread)))
}

async function tell(store: ThreadStore, thread: StoredThread): Promise<Telling> {
  const page = await store.listTurns({
    threadId: thread.threadId,
    includeArchived: true,
    pageSize: 1_000,
    sortDirection: 'asc',
    itemsView: 'notLoaded',
  })
  return {
    id: thread.threadId,
    name: thread.name,
    preview: thread.preview,
    git: thread.gitInfo,
    cwd: thread.cwd,
    forkedFromId: thread.forkedFromId,
    turns: page.turns.map((turn) => ({ id: turn.turnId, status: turn.status })),
  }
}

async function tellTheirs(codex: AppServerClient, id: string, version: string): Promise<Telling> {
  const withTurns = version === '0.131.0'
  const read = await codex.request('thread/read', { threadId: id, includeTurns: withTurns })
  const thread = read['thread'] as JsonObject
  const turns = withTurns ? thread['turns'] : await listTurns(codex, id)
  return {
    id,
    name: thread['name'],
    preview: thread['preview'],
    git: thread['gitInfo'],
    cwd: thread['cwd'],
    forkedFromId: thread['forkedFromId'],
    turns: (turns as JsonObject[]).map((turn) => ({
      id: turn['id'] as string,
      status: turn['status'],
    })),
  }
}

async function listTurns(codex: AppServerClient, id: string): Promise<unknown> {
  const all: unknown[] = []
  for (let cursor: unknown = null; cursor !== undefined;) {
    const page = await codex.request('thread/turns/list', {
      threadId: id,
      limit: 100,
      sortDirection: 'asc',
      ...(typeof cursor === 'string' ? { cursor } : {}),
    })
    all.push(...(page['data'] as unknown[]))
    cursor = page['nextCursor'] ?? undefined
  }
  return all
}
