import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ThreadStoreError } from '../src/store/errors.js'
import type { RolloutItem } from '../src/protocol/rollout-item.js'
import { type LocalThreadStore, openLocalStore } from '../src/stores/local/open-local-store.js'
import type { FoundPlace } from '../src/stores/local/scan/finding-tally.js'
import { asNobody } from './fuzz/as-nobody.js'
import { ID, message, readAll, withStore } from './local-homes.js'
import {
  copyHome,
  copyHomeInPlace,
  damagedFixtures,
  damagedHome,
  newestThread,
  withState,
} from './support/homes.js'

// Every damaged rollout there is, in one home. What a scan of single lines says is tested with it.

/** What a store gives back of a thread, or why it gives nothing. */
async function history(
  store: LocalThreadStore,
  threadId: string,
): Promise<readonly RolloutItem[] | string> {
  try {
    return (await store.loadHistory({ threadId, includeArchived: true })).items
  } catch (reason) {
    if (!ThreadStoreError.is(reason)) throw reason
    return `${reason.code} ${reason.details.reason}`
  }
}

/** The bytes of every rollout by its place in the home, decompressed where they are compressed. */
function linesOf(home: string): Map<string, Buffer> {
  const places = damagedFixtures().map((fixture) => fixture.home)
  return new Map(places.map((place) => [place, decompressed(join(home, place))]))
}

function decompressed(path: string): Buffer {
  const bytes = readFileSync(path)
  try {
    return path.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes
  } catch {
    return bytes
  }
}

describe('a home of damaged rollouts', () => {
  test('lists every thread as it reads it, whatever its history is', async () => {
    await withStore(await damagedHome(), async (store) => {
      const listed = await readAll(store, false)
      expect(listed.length).toBeGreaterThan(45)
      const problems = new Set<string>()
      for (const thread of listed) {
        expect(await store.readThread({ threadId: thread.threadId })).toEqual(thread)
        const found = await history(store, thread.threadId)
        if (typeof found === 'string') problems.add(found)
      }
      // Bases that are cyclic or cut inside a line, and what cannot be decompressed, are damage.
      const expected = ['INTERNAL damaged', 'INTERNAL missing-base', 'UNSUPPORTED history-mode']
      expect([...problems].toSorted()).toEqual(expected)
    })
  })

  test('keeps every byte when it is appended to, and gives back what was appended', async () => {
    const home = await damagedHome()
    const before = linesOf(home)
    const after = message('after the damage')
    const refused: string[] = []
    await withStore(home, async (store) => {
      for (const { threadId } of await readAll(store, false)) {
        const items = await history(store, threadId)
        try {
          await store.resumeThread({ threadId })
          await store.appendItems({ threadId, items: [after] })
          await store.shutdownThread({ threadId })
        } catch (reason) {
          if (!ThreadStoreError.is(reason)) throw reason
          refused.push(`${reason.code} ${reason.details.reason}`)
          continue
        }
        if (typeof items === 'string') continue
        const now = await history(store, threadId)
        expect(now.slice(0, -1)).toEqual(items)
        expect(now.at(-1)).toMatchObject(after)
      }
    })
    for (const [place, bytes] of before) {
      const path = join(home, place)
      // What is appended to is decompressed in its place.
      const now = decompressed(existsSync(path) ? path : path.replace(/\.zst$/, ''))
      expect({ place, kept: now.subarray(0, bytes.length).equals(bytes) }).toEqual({
        place,
        kept: true,
      })
    }
    // One cannot be decompressed to be appended to, the other says it is of a kind that is not known.
    expect(refused.toSorted()).toEqual(['INTERNAL damaged', 'UNSUPPORTED history-mode'])
  })

  test('is repaired without losing a byte but byte order marks, and only once', async () => {
    const home = await damagedHome()
    const before = linesOf(home)
    const places: FoundPlace[] = []
    await withStore(home, async (store) => {
      await store.scan({ onPlace: (found) => void places.push(found) })
      await store.repair(places)
    })
    for (const [place, bytes] of linesOf(home)) {
      const was = before.get(place) ?? Buffer.alloc(0)
      const text = bytes.toString('latin1')
      expect(
        [was, was.subarray(3)].map((part) => text.startsWith(part.toString('latin1'))),
      ).toContain(true)
    }
    await using store = await openLocalStore({ home, readOnly: true })
    const left = (await store.scan()).findings.map(({ code }) => code)
    for (const code of ['ROW_MISSING', 'DATABASE_MISSING', 'BOM', 'UNTERMINATED_LINE']) {
      expect(left).not.toContain(code)
    }
    expect(left).toEqual(
      expect.arrayContaining(['FOREIGN_ID', 'CRLF', 'EMPTY_ROLLOUT', 'TORN_TAIL']),
    )
  })
})

/** A home in which something that is not a rollout is not as it should be. */
async function scannedHome(
  damage: (home: string) => void,
): Promise<{ readonly codes: readonly string[]; readonly threads: number }> {
  const home = await copyHome('0.131.0')
  damage(home)
  await using store = await openLocalStore({ home, readOnly: true })
  const codes = (await store.scan()).findings.map(({ code }) => code)
  return { codes, threads: (await readAll(store, false)).length }
}

describe('a home with damage beside its rollouts', () => {
  const threads = 8

  test('gives its threads without an index of names that cannot be read, and says so', async () => {
    const found = await scannedHome((home) => {
      rmSync(join(home, 'session_index.jsonl'))
      mkdirSync(join(home, 'session_index.jsonl'))
    })
    expect(found).toEqual({ threads, codes: expect.arrayContaining(['INDEX_UNREADABLE']) })
  })

  test('gives its threads without a database whose columns are not what they have to be', async () => {
    const found = await scannedHome((home) =>
      withState(home, (state) => state.exec('ALTER TABLE threads RENAME COLUMN id TO was_id')),
    )
    expect(found).toEqual({ threads, codes: expect.arrayContaining(['DATABASE_UNREADABLE']) })
  })

  test('opens neither pipes nor devices, which never begin or never end', async () => {
    const found = await scannedHome((home) => {
      const pipe = `rollout-2026-11-22T12-00-00-${ID}.jsonl`
      execFileSync('mkfifo', [join(home, 'sessions/2026/11/22', pipe)])
      for (const name of ['state_5.sqlite', 'session_index.jsonl']) {
        rmSync(join(home, name))
        symlinkSync('/dev/zero', join(home, name))
      }
    })
    const codes = ['SPECIAL_FILE', 'DATABASE_UNREADABLE', 'INDEX_UNREADABLE']
    expect(found).toEqual({ threads, codes: expect.arrayContaining(codes) })
  })

  test('is refused by the name of what decides where its databases are', async () => {
    const unreadable = await copyHome('0.131.0')
    mkdirSync(join(unreadable, 'config.toml'))
    await expect(openLocalStore({ home: unreadable, readOnly: true })).rejects.toMatchObject({
      message: expect.stringContaining(join(unreadable, 'config.toml')),
      details: { reason: 'storage' },
    })
  })

  test.each([
    ['read', 0o311],
    ['entered', 0o644],
  ])('is refused when it cannot be %s', async (_what, mode) => {
    const home = await copyHome('0.131.0')
    chmodSync(dirname(home), 0o755)
    chmodSync(home, mode)
    const opened = asNobody(() => openLocalStore({ home }))
    await expect(opened).rejects.toMatchObject({
      message: expect.stringContaining(home),
      details: { reason: 'storage' },
    })
    chmodSync(home, 0o755)
  })

  test('moves what a column holds and a record cannot say along with the thread', async () => {
    const home = await copyHome('0.131.0')
    const { id } = newestThread(home)
    withState(home, (state) =>
      state.prepare("UPDATE threads SET title = x'00ff', created_at = 'soon' WHERE id = ?").run(id),
    )
    await using store = await openLocalStore({ home, readOnly: true })
    const { thread } = await store.exportThread({ threadId: id })
    expect(thread.extra).toMatchObject({
      columns: { title: { $blob: 'AP8=' }, created_at: 'soon' },
    })
  })

  test('keeps lines of the index of names that nobody can read when a thread is deleted', async () => {
    const home = await copyHomeInPlace('0.131.0')
    const { id } = newestThread(home)
    const line = Buffer.from('{"id":"\xff","thread_name":"\xfe\x00"}\n', 'latin1')
    const entry = Buffer.from(`{"id":"${id}","thread_name":"gone"}\n`)
    writeFileSync(join(home, 'session_index.jsonl'), Buffer.concat([line, entry, line]))
    await withStore(home, (store) => store.deleteThread({ threadId: id }))
    const left = readFileSync(join(home, 'session_index.jsonl'))
    expect(left.equals(Buffer.concat([line, line]))).toBe(true)
  })
})
