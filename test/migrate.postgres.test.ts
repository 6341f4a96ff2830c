import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { zstdCompressSync } from 'node:zlib'
import { basename, join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type ThreadVerdict, verify } from '../migrate/index.js'
import type { StoredThread, ThreadStore } from '../src/index.js'
import { openLocalStore } from '../src/stores/local/open-local-store.js'
import { openPostgresStore } from '../src/stores/postgres/open-postgres-store.js'
import { withWal } from './support/damage.js'
import { hashTree } from './support/hash-tree.js'
import {
  copyHome,
  damagedFixtures,
  damagedHome,
  listThreads,
  newestThread,
} from './support/homes.js'
import { fillEveryTable, rowsOfThreads } from './thread-rows.js'
import { temporaryFolder } from './support/temporary-folder.js'
import {
  allBytes,
  allThreads,
  fileBytes,
  type MigrationRun,
  runMigration,
} from './migration-runs.js'

const url = inject('postgresUrl')
let namespaces = 0

/** A target of its own for each test. */
async function openTarget(): Promise<ThreadStore & { readonly namespace: string }> {
  namespaces += 1
  const namespace = `migrate_${namespaces}`
  return { ...(await openPostgresStore({ url, namespace })), namespace }
}

function openHome(home: string): Promise<ThreadStore> {
  return openLocalStore({ home, readOnly: true })
}

/** What the user said in each turn, oldest first. */
async function said(store: ThreadStore, threadId: string): Promise<string[]> {
  const params = { threadId, pageSize: 1000, sortDirection: 'asc', itemsView: 'full' } as const
  const { turns } = await store.listTurns({ ...params, includeArchived: true })
  return turns.map(({ items }) => {
    const pattern = /"user_message","message":"([^"]*)"|"UserMessage".*?"text":"([^"]*)"/
    return (
      pattern
        .exec(JSON.stringify(items))
        ?.slice(1)
        .find((text) => text !== undefined) ?? ''
    )
  })
}

function named(threads: readonly StoredThread[], name: string): StoredThread {
  const found = threads.find((thread) => thread.name === name || thread.preview === name)
  if (found === undefined) throw new Error(`no thread is called ${name}`)
  return found
}

describe('the home of Codex 0.131.0 in PostgreSQL', () => {
  let home: string
  let source: ThreadStore
  let target: ThreadStore
  let run: MigrationRun

  beforeAll(async () => {
    home = await copyHome('0.131.0')
    source = await openHome(home)
    target = await openTarget()
    run = await runMigration(source, target)
  })
  afterAll(async () => {
    await source.close()
    await target.close()
  })

  test('has 9 threads, one of them archived, all proven', async () => {
    expect(run.totals).toMatchObject({ proven: 9, failed: 0, busy: 0 })
    const threads = await allThreads(target)
    expect(threads.filter(({ archivedAt }) => archivedAt !== null)).toHaveLength(2)
    expect(run.run).not.toBeNull()
  })

  test('holds every rollout byte for byte', async () => {
    const bytes = await allBytes(target)
    const rollouts = listThreads(home)
    expect(rollouts).toHaveLength(9)
    for (const { id, rolloutPath } of rollouts) {
      expect(bytes.get(id)).toEqual(fileBytes(home, rolloutPath))
    }
  })

  test('keeps names, the cleared git sha and the memory mode', async () => {
    const threads = await allThreads(target)
    expect(named(threads, 'Thread Alpha').gitInfo).toEqual({
      sha: null,
      branch: 'feature/x',
      originUrl: 'https://example.com/other.git',
    })
    expect(named(threads, 'Mémoire').memoryMode).toBe('disabled')
  })

  test('is what verify finds it to be, also when it is read back', async () => {
    expect((await verify({ source, target })).totals).toMatchObject({ equal: 9 })
    expect((await verify({ source, target, readBack: true })).totals).toMatchObject({ equal: 9 })
  })

  test('needs nothing the second time', async () => {
    expect(await runMigration(source, target)).toMatchObject({
      totals: { already: 9 },
      bytesRead: 0,
      bytesSent: 0,
      run: null,
    })
  })
})

describe('the home of Codex 0.169.0 in PostgreSQL', () => {
  let source: ThreadStore
  let target: ThreadStore
  let run: MigrationRun

  beforeAll(async () => {
    source = await openHome(await copyHome('0.169.0'))
    target = await openTarget()
    run = await runMigration(source, target)
  })
  afterAll(async () => {
    await source.close()
    await target.close()
  })

  test('has 10 threads in 11 rollouts, all proven', async () => {
    expect(run.totals).toMatchObject({ proven: 10 })
    const rollouts = [...run.outcomes.values()].flatMap((outcome) => outcome.rollouts)
    expect(rollouts).toHaveLength(11)
    const inTarget = await allBytes(target)
    inTarget.delete(run.run ?? '')
    expect(inTarget).toEqual(await allBytes(source))
  })

  test('shows the turns of the parent before those of its fork', async () => {
    const threads = await allThreads(target)
    const forks = threads.filter(({ forkedFromId }) => forkedFromId !== null)
    const turns = await Promise.all(forks.map(({ threadId }) => said(target, threadId)))
    const fork = turns.find((texts) => texts.includes('after fork')) ?? []
    expect(fork.at(-1)).toBe('after fork')
    expect(fork.length).toBeGreaterThan(1)
    const ofReverted = turns.find((texts) => texts.includes('fork of reverted'))
    expect(ofReverted).toEqual(['keep one', 'keep two', 'after revert', 'fork of reverted'])
  })

  test('hides what was reverted', async () => {
    const own = (await allThreads(target)).filter(({ forkedFromId }) => forkedFromId === null)
    const { threadId } = named(own, 'keep one')
    expect(await said(target, threadId)).toEqual(['keep one', 'keep two', 'after revert'])
  })

  test('keeps the pin of the legacy thread', async () => {
    const [inSource, inTarget] = [await allThreads(source), await allThreads(target)]
    const pinned = named(inTarget, 'legacy in a new release')
    expect(pinned.extra).toMatchObject(named(inSource, 'legacy in a new release').extra ?? {})
    expect(JSON.stringify(pinned.extra)).toContain('01984de2-8f74-7c91-a3b2-5c5e937cf318')
  })

  test('one thread brings what it begins from, and no other', async () => {
    const threads = await allThreads(source)
    const fork = threads.find(({ preview, forkedFromId }) => {
      return forkedFromId !== null && preview !== 'keep one'
    })
    await using other = await openTarget()
    const { outcomes } = await runMigration(source, other, {
      only: new Set([fork?.threadId ?? '']),
    })
    expect([...outcomes.keys()].toSorted()).toEqual(
      [fork?.threadId ?? '', fork?.forkedFromId ?? ''].toSorted(),
    )
    expect((await verify({ source, target: other })).totals).toMatchObject({ equal: 2, missing: 8 })
  })
})

describe('a migration', () => {
  test('changes nothing in the home, with and without a write-ahead log', async () => {
    for (const wal of [false, true]) {
      const home = await copyHome('0.131.0')
      if (wal) withWal(home)
      const before = await hashTree(home)
      await using source = await openHome(home)
      await using target = await openTarget()
      expect((await runMigration(source, target)).totals).toMatchObject({ proven: 9 })
      await source.close()
      expect(await hashTree(home)).toEqual(before)
    }
  })

  test('sends the appended bytes of a rollout that grew, and no others', async () => {
    const home = await copyHome('0.131.0')
    await using target = await openTarget()
    await using before = await openHome(home)
    await runMigration(before, target)
    const [thread] = listThreads(home)
    const line = '{"timestamp":"2026-11-22T13:00:00.000Z","type":"event_msg","payload":{}}\n'
    appendFileSync(join(home, thread?.rolloutPath ?? ''), line)
    await using after = await openHome(home)
    const run = await runMigration(after, target)
    expect(run).toMatchObject({ totals: { appended: 1, already: 8 }, bytesSent: line.length })
    const [outcome] = [...run.outcomes.values()].filter(({ status }) => status === 'appended')
    expect(outcome).toMatchObject({ threadId: thread?.id, rollouts: [{ bytesSent: line.length }] })
    expect((await verify({ source: after, target })).totals).toMatchObject({ equal: 9 })
  })

  test('takes every broken line along and says what is wrong with it', async () => {
    const home = await damagedHome()
    await using source = await openHome(home)
    await using target = await openTarget()
    const { outcomes, totals } = await runMigration(source, target)
    expect(totals.conflict + totals.busy).toBe(0)
    const bytes = await allBytes(target)
    const lost: string[] = []
    for (const { path, home: place } of damagedFixtures()) {
      if (isShadowed(place)) continue
      const threadId = /([0-9a-f-]{36})\.jsonl/.exec(place)?.[1] ?? ''
      const arrived = bytes.get(threadId)
      const intact = arrived !== undefined && arrived.equals(fileBytes(home, place))
      if (!intact) lost.push(`${basename(path)}: ${outcomes.get(threadId)?.reason ?? 'silently'}`)
    }
    // Bases that lead back to themselves are the one thing a store refuses; they are named.
    expect(lost).toEqual([
      expect.stringMatching(/^base-cycle-[ab]\.jsonl: the bases of thread/),
      expect.stringMatching(/^base-itself\.jsonl: the bases of thread/),
    ])
    const codes = new Set([...outcomes.values()].flatMap((o) => o.findings.map(({ code }) => code)))
    for (const code of ['NUL_PADDING', 'INVALID_UTF8', 'BASE_NOT_IN_SOURCE']) {
      expect(codes).toContain(code)
    }
  })
})

/** A plain sibling wins over a compressed one. */
function isShadowed(place: string): boolean {
  return place.endsWith('da0000000027.jsonl.zst')
}

describe('a home that was written anew between two runs', () => {
  test('by codex migrate-rollouts is a new generation, and what was copied before is kept', async () => {
    const home = await copyHome('0.131.0')
    await using target = await openTarget()
    {
      await using source = await openHome(home)
      await runMigration(source, target)
    }
    await using source = await openHome(await copyHome('0.131.0-migrated'))
    const { outcomes, totals } = await runMigration(source, target)
    expect(totals).toMatchObject({ failed: 0, conflict: 0, busy: 0 })
    const rewritten = [...outcomes.values()].filter(({ findings }) =>
      findings.some(({ code }) => code === 'NEW_GENERATION'),
    )
    expect(rewritten.length).toBeGreaterThan(5)
    expect((await verify({ source, target, readBack: true })).totals).toMatchObject({ equal: 9 })
    expect(await allThreads(target)).toHaveLength(9 + rewritten.length + 2)
  })

  test('by compression is what it was: nothing is sent', async () => {
    const home = await copyHome('0.131.0')
    await using target = await openTarget()
    {
      await using source = await openHome(home)
      await runMigration(source, target)
    }
    const { id, rolloutPath } = newestThread(home)
    const path = join(home, rolloutPath)
    writeFileSync(`${path}.zst`, zstdCompressSync(readFileSync(path)))
    rmSync(path)
    await using source = await openHome(home)
    const { outcomes, bytesSent } = await runMigration(source, target)
    expect(bytesSent).toBe(0)
    expect(['already', 'appended']).toContain(outcomes.get(id)?.status)
    expect((await verify({ source, target, readBack: true })).totals).toMatchObject({ equal: 9 })
  })
})

describe('the way back into a home', () => {
  test('brings every row of every database that belongs to a thread', async () => {
    const home = await copyHome('0.169.0')
    fillEveryTable(home)
    const restored = temporaryFolder()
    await using target = await openTarget()
    await runMigration(await openHome(home), target)
    await using back = await openLocalStore({ home: restored })
    expect((await runMigration(target, back)).totals).toMatchObject({ proven: 10 })
    const rows = rowsOfThreads(home)
    expect([...rows.keys()].filter((table) => rows.get(table)?.length === 0)).toEqual([])
    expect(rowsOfThreads(restored)).toEqual(rows)
    expect((await verify({ source: target, target: back })).totals).toMatchObject({ equal: 10 })
  })
})

describe('verify', () => {
  test('names the thread of one byte that was changed in the database', async () => {
    await using source = await openHome(await copyHome('0.131.0'))
    await using target = await openTarget()
    await runMigration(source, target)
    const { threadId } = named(await allThreads(target), 'Mémoire')
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const { rowCount } = await client.query(
      `UPDATE threadstore.segments SET bytes = set_byte(bytes, 100, get_byte(bytes, 100) # 1)
        WHERE namespace = $1 AND log_id =
          (SELECT log_id FROM threadstore.rollouts WHERE namespace = $1 AND thread_id = $2)`,
      [target.namespace, threadId],
    )
    await client.end()
    expect(rowCount).toBe(1)
    for (const readBack of [false, true]) {
      const verdicts: ThreadVerdict[] = []
      const onVerdict = (verdict: ThreadVerdict) => verdicts.push(verdict)
      const { totals } = await verify({ source, target, readBack, onVerdict })
      expect(totals.equal).toBe(8)
      expect(verdicts.find((verdict) => verdict.threadId === threadId)?.verdict).toMatch(
        /different|unreadable/,
      )
    }
  })
})
