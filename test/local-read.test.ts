import { rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ListThreadsParams } from '../src/store/params.js'
import type { StoredThread } from '../src/store/records.js'
import { type LocalThreadStore, openLocalStore } from '../src/stores/local/open-local-store.js'
import {
  addLongLine,
  corruptState,
  duplicateIntoArchive,
  linkOutside,
  pointRowOutside,
  removeRollout,
  removeRow,
  replaceState,
  truncateState,
  withWal,
} from './support/damage.js'
import { hashTree } from './support/hash-tree.js'
import { type RecordedHome, copyHome, copyHomeInPlace, withState } from './support/homes.js'
import { temporaryFolder } from './support/temporary-folder.js'

const ALPHA = '01a20320-6d70-7852-b50d-7785b67ce898'
const REVERTED = '01a20348-e267-7813-a78b-5c0879df9d8a'

async function withStore<T>(
  home: string,
  use: (store: LocalThreadStore) => Promise<T>,
): Promise<T> {
  await using store = await openLocalStore({ home, readOnly: true })
  return await use(store)
}

async function listAll(
  store: LocalThreadStore,
  params: Partial<ListThreadsParams> = {},
): Promise<StoredThread[]> {
  const found: StoredThread[] = []
  for (const archived of [false, true]) {
    const page = await store.listThreads({ pageSize: 1000, archived, ...params })
    found.push(...page.items)
  }
  return found
}

async function find(store: LocalThreadStore, preview: string): Promise<StoredThread> {
  const found = (await listAll(store)).find((thread) => thread.firstUserMessage === preview)
  if (found === undefined) throw new Error(`no thread begins with ${preview}`)
  return found
}

/** What the user said in each turn, oldest first. */
async function said(store: LocalThreadStore, threadId: string): Promise<string[]> {
  const params = { threadId, pageSize: 1000, sortDirection: 'asc', itemsView: 'full' } as const
  const { turns } = await store.listTurns({ ...params, includeArchived: true })
  return turns.map(({ items }) => {
    const text = JSON.stringify(items)
    return (
      /"user_message","message":"([^"]*)"|"UserMessage".*?"text":"([^"]*)"/
        .exec(text)
        ?.slice(1)
        .find(Boolean) ?? ''
    )
  })
}

/** Everything a reader can ask for, asked for once. */
async function readEverything(store: LocalThreadStore): Promise<void> {
  for (const { threadId } of await listAll(store, { includeRollouts: true })) {
    await store.readThread({ threadId, includeArchived: true, includeHistory: true })
    await store.listTurns({ threadId, includeArchived: true, pageSize: 10 })
    for (const rollout of (await store.exportThread({ threadId })).rollouts) {
      for await (const chunk of rollout.read()) expect(chunk.length).toBeGreaterThan(0)
    }
    await store.historyDigest({ threadId })
  }
  await store.searchThreads({ searchTerm: 'question', pageSize: 10 })
  await store.scan()
}

describe('the home of 0.131.0', () => {
  test('holds 9 threads, one of them archived', async () => {
    await withStore(await copyHome('0.131.0'), async (store) => {
      const threads = await listAll(store)
      expect(threads).toHaveLength(9)
      expect(threads.filter(({ archivedAt }) => archivedAt !== null)).toHaveLength(1)
      expect(threads.flatMap(({ name }) => name ?? [])).toEqual(['Mémoire', 'Thread Alpha'])
    })
  })

  test('shows cleared and patched git facts of Thread Alpha as they were last set', async () => {
    await withStore(await copyHome('0.131.0'), async (store) => {
      const thread = await store.readThread({ threadId: ALPHA })
      expect(thread.gitInfo).toEqual({
        sha: null,
        branch: 'feature/x',
        originUrl: 'https://example.com/other.git',
      })
      expect(thread.updatedAt).toBe('2026-11-22T11:59:47.365Z')
      expect(thread.tokenUsage).toEqual({
        inputTokens: 400,
        cachedInputTokens: 40,
        outputTokens: 80,
        reasoningOutputTokens: 20,
        totalTokens: 480,
      })
    })
  })

  test('has memory disabled on the thread Mémoire', async () => {
    await withStore(await copyHome('0.131.0'), async (store) => {
      const { memoryMode, name } = await find(store, 'memory off')
      expect({ memoryMode, name }).toEqual({ memoryMode: 'disabled', name: 'Mémoire' })
    })
  })
})

describe('the home of 0.169.0', () => {
  test('holds 10 threads in 11 rollouts', async () => {
    await withStore(await copyHome('0.169.0'), async (store) => {
      const threads = await listAll(store, { includeRollouts: true })
      expect(threads).toHaveLength(10)
      expect(threads.flatMap(({ rollouts }) => rollouts ?? [])).toHaveLength(11)
    })
  })

  test('shows the turns of the parent before those of its fork', async () => {
    await withStore(await copyHome('0.169.0'), async (store) => {
      const fork = await find(store, 'after fork')
      expect(await said(store, fork.threadId)).toEqual([
        'first question',
        'please TOOL',
        'third question',
        'after fork',
      ])
      expect(fork.name).toBe('Thread Alpha')
    })
  })

  test('hides what was reverted and shows what followed', async () => {
    await withStore(await copyHome('0.169.0'), async (store) => {
      expect(await said(store, REVERTED)).toEqual(['keep one', 'keep two', 'after revert'])
      const fork = await find(store, 'fork of reverted')
      expect(await said(store, fork.threadId)).toEqual([
        'keep one',
        'keep two',
        'after revert',
        'fork of reverted',
      ])
    })
  })

  test('keeps the pin of the legacy thread in extra', async () => {
    await withStore(await copyHome('0.169.0'), async (store) => {
      const { extra, historyMode } = await find(store, 'legacy in a new release')
      expect(historyMode).toBe('legacy')
      expect(extra).toMatchObject({
        columns: { section_position: 1_000_000, originator: 'lab' },
        tables: { 'state.thread_sections': [{ name: 'Pinned' }] },
      })
    })
  })

  test('keeps the goal of a thread in extra', async () => {
    await withStore(await copyHome('0.169.0'), async (store) => {
      const { extra } = await find(store, 'memory off')
      expect(extra).toMatchObject({ tables: { 'goals.thread_goals': [{ objective: 'ship it' }] } })
    })
  })
})

describe.each(['0.131.0', '0.131.0-migrated', '0.169.0'] as const)('a home of %s', (version) => {
  test('lists each thread as it reads it', async () => {
    await withStore(await copyHome(version), async (store) => {
      for (const listed of await listAll(store, { includeRollouts: true })) {
        const { threadId } = listed
        const params = { threadId, includeArchived: true, includeRollouts: true }
        expect(await store.readThread(params)).toEqual(listed)
      }
    })
  })

  test('is left as it was by every kind of reading', async () => {
    const home = await copyHome(version)
    const before = await hashTree(home)
    await withStore(home, readEverything)
    expect(await hashTree(home)).toEqual(before)
  })

  test('is left as it was when its database has a write-ahead log', async () => {
    const home = await copyHome(version)
    const { id } = withWal(home)
    const before = await hashTree(home)
    await withStore(home, async (store) => {
      await readEverything(store)
      expect((await store.readThread({ threadId: id })).updatedAt).toMatch(/^2026-11-22T1/)
    })
    expect(await hashTree(home)).toEqual(before)
  })

  test('holds the same threads and histories without its database', async () => {
    const home = await copyHome(version)
    const describeThreads = (store: LocalThreadStore): Promise<unknown> => summaries(store, version)
    const before = await withStore(home, describeThreads)
    for (const damage of [truncateState, corruptState, replaceState]) {
      damage(home)
      expect(await withStore(home, describeThreads)).toEqual(before)
    }
    rmSync(join(home, 'state_5.sqlite'))
    expect(await withStore(home, describeThreads)).toEqual(before)
  })
})

/** The facts that rollouts and the index of names hold on their own. */
async function summaries(store: LocalThreadStore, version: RecordedHome): Promise<unknown> {
  const threads = (await listAll(store)).toSorted((a, b) => (a.threadId < b.threadId ? -1 : 1))
  const found: unknown[] = []
  for (const thread of threads) {
    const { threadId, name, preview, title, firstUserMessage, model, cwd, forkedFromId } = thread
    const { source, cliVersion, historyMode, tokenUsage, modelProvider, approvalMode } = thread
    found.push({
      threadId,
      preview,
      firstUserMessage,
      model,
      cwd,
      forkedFromId,
      source,
      cliVersion,
    })
    found.push({ historyMode, modelProvider, approvalMode, turns: await said(store, threadId) })
    // The migration of 0.169 drops the reports of turns that were rolled back, and keeps their total.
    if (version !== '0.131.0-migrated') found.push(tokenUsage)
    // A legacy title is the name where there is one; a fork's inherited name is in the index.
    found.push(version === '0.169.0' ? { name, title } : name)
    // In a paginated thread only the database knows of later git facts and memory modes.
    if (version === '0.131.0') found.push(thread.gitInfo, thread.memoryMode)
  }
  return found
}

describe('a local store', () => {
  test('reports a database it cannot read as a finding', async () => {
    const home = await copyHome('0.131.0')
    corruptState(home)
    const { findings } = await withStore(home, (store) => store.scan())
    expect(findings.map(({ code }) => code)).toContain('DATABASE_UNREADABLE')
  })

  test('finds nothing wrong with a home in place', async () => {
    const { findings, inventory } = await withStore(await copyHomeInPlace('0.169.0'), (store) =>
      store.scan(),
    )
    expect(findings).toEqual([])
    expect(inventory).toMatchObject({
      threads: 10,
      archivedThreads: 1,
      rollouts: 11,
      revertedThreads: 1,
      forks: 2,
      rows: 10,
      modelProviders: [{ value: 'mock', count: 10 }],
      cliVersions: [{ value: '0.169.0', count: 10 }],
    })
  })

  test('finds the rows of a moved home stale and reads it all the same', async () => {
    await withStore(await copyHome('0.169.0'), async (store) => {
      const { findings } = await store.scan()
      expect(findings.map(({ code, count }) => ({ code, count }))).toEqual([
        { code: 'ROW_PATH_STALE', count: 10 },
      ])
    })
  })

  test('lists a thread whose row is gone', async () => {
    const home = await copyHomeInPlace('0.169.0')
    const { id, rolloutPath } = removeRow(home)
    await withStore(home, async (store) => {
      expect((await store.readThread({ threadId: id })).rolloutPath).toBe(join(home, rolloutPath))
      expect((await listAll(store)).map(({ threadId }) => threadId)).toContain(id)
      const { findings } = await store.scan()
      expect(findings).toMatchObject([{ code: 'ROW_MISSING', count: 1, samples: [rolloutPath] }])
    })
  })

  test('reads a thread whose rollout is gone, and lists it no more', async () => {
    const home = await copyHomeInPlace('0.131.0')
    const { id } = removeRollout(home)
    await withStore(home, async (store) => {
      expect(await store.readThread({ threadId: id })).toMatchObject({ rolloutPath: null })
      expect((await listAll(store)).map(({ threadId }) => threadId)).not.toContain(id)
      await expect(store.loadHistory({ threadId: id })).rejects.toMatchObject({ code: 'INTERNAL' })
      expect((await store.scan()).findings).toMatchObject([
        { code: 'ROLLOUT_MISSING', samples: [id] },
      ])
    })
  })

  test('reads the file that the row names when a rollout lies in two', async () => {
    const home = await copyHomeInPlace('0.131.0')
    const { id, rolloutPath, duplicatePath } = duplicateIntoArchive(home)
    await withStore(home, async (store) => {
      const thread = await store.readThread({ threadId: id })
      expect(thread).toMatchObject({ rolloutPath: join(home, rolloutPath), archivedAt: null })
      expect((await store.scan()).findings).toMatchObject([
        { code: 'DUPLICATE_ROLLOUT', samples: [duplicatePath] },
      ])
    })
  })

  test('follows neither a link nor a row out of the home', async () => {
    for (const damage of [linkOutside, pointRowOutside]) {
      const home = await copyHomeInPlace('0.131.0')
      const { id, outsidePath } = damage(home)
      await withStore(home, async (store) => {
        expect((await store.readThread({ threadId: id })).rolloutPath).toBeNull()
        await expect(
          store.readThreadByRolloutPath({ rolloutPath: outsidePath }),
        ).rejects.toMatchObject({ details: { reason: 'path-outside-home' } })
      })
    }
  })

  test('reads a thread by the path of its rollout, absolute or inside the home', async () => {
    const home = await copyHome('0.131.0')
    await withStore(home, async (store) => {
      const path = await store.localRolloutPath(ALPHA)
      const byId = await store.readThread({ threadId: ALPHA })
      expect(path).toBe(byId.rolloutPath)
      const inside = `sessions/2026/11/22/${basename(path ?? '')}`
      for (const rolloutPath of [path ?? '', inside]) {
        expect(await store.readThreadByRolloutPath({ rolloutPath })).toEqual(byId)
      }
      await expect(
        store.readThreadByRolloutPath({ rolloutPath: 'session_index.jsonl' }),
      ).rejects.toMatchObject({ details: { reason: 'path-outside-home' } })
    })
  })

  test('streams a line of 100 MiB without holding the rollout in memory', async () => {
    const home = await copyHome('0.131.0')
    const { id } = addLongLine(home, 100 * 1024 * 1024)
    await withStore(home, async (store) => {
      const { rollouts } = await store.exportThread({ threadId: id })
      let bytes = 0
      for await (const chunk of rollouts[0]?.read() ?? []) {
        expect(chunk.length).toBeLessThanOrEqual(1024 * 1024)
        bytes += chunk.length
      }
      expect(bytes).toBe(rollouts[0]?.byteCount)
    })
  })

  test('sees what Codex writes to the database while it is open', async () => {
    const home = await copyHomeInPlace('0.169.0')
    await withStore(home, async (store) => {
      expect((await store.readThread({ threadId: REVERTED })).name).toBeNull()
      withState(home, (state) =>
        state.prepare('UPDATE threads SET name = ? WHERE id = ?').run('Renamed', REVERTED),
      )
      expect((await store.readThread({ threadId: REVERTED })).name).toBe('Renamed')
      const listed = (await listAll(store)).find(({ threadId }) => threadId === REVERTED)
      expect(listed?.name).toBe('Renamed')
    })
  })

  test('refuses a folder that is no home and says what it looked for', async () => {
    const folder = temporaryFolder()
    await expect(openLocalStore({ home: folder, readOnly: true })).rejects.toThrow(
      /no Codex home.*sessions/,
    )
    await expect(openLocalStore({ home: join(folder, 'none'), readOnly: true })).rejects.toThrow(
      /does not exist/,
    )
  })

  test('writes nothing to a home that is open for reading only', async () => {
    const home = await copyHome('0.131.0')
    const before = await hashTree(home)
    await withStore(home, async (store) => {
      await expect(store.archiveThread({ threadId: ALPHA })).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        details: { operation: 'archiveThread' },
      })
    })
    expect(await hashTree(home)).toEqual(before)
  })
})
