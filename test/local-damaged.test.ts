import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ThreadStoreError } from '../src/store/errors.js'
import type { RolloutItem } from '../src/protocol/rollout-item.js'
import { type LocalThreadStore, openLocalStore } from '../src/stores/local/open-local-store.js'
import type { FoundPlace } from '../src/stores/local/scan/finding-tally.js'
import { message, readAll, withStore } from './local-homes.js'
import { damagedFixtures, damagedHome } from './support/homes.js'

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
