import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { expect } from 'vitest'
import { bytesOf } from '../../conformance/build/chunks.js'
import { migrate, type ThreadOutcome } from '../../migrate/index.js'
import { systemClock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import type { StoredThread } from '../../src/store/records.js'
import { type LocalThreadStore, openLocalStore } from '../../src/stores/local/open-local-store.js'
import type { FoundPlace } from '../../src/stores/local/scan/finding-tally.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { answerOf } from './answers.js'

// What has to be true of every home, however damaged: all of it is said by the files themselves,
// read here in the plainest way there is.

/** A home before it was damaged. */
export interface IntactHome {
  readonly path: string
  readonly files: ReadonlyMap<string, Buffer>
  /** The threads whose rollouts a thread needs to be read, itself among them. */
  readonly needs: ReadonlyMap<string, ReadonlySet<string>>
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const rolloutName = new RegExp(
  `^rollout-\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d-(${uuid})(?:_${uuid})?\\.jsonl(?:\\.zst)?$`,
)

/** The files that are rollouts by their places and names, with their bytes; `null` for none that can be had. */
function rolloutFiles(home: string): Map<string, Buffer | null> {
  const found = new Map<string, Buffer | null>()
  const visit = (folder: string): void => {
    for (const entry of entriesOf(join(home, folder))) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory() && !entry.name.startsWith('.')) visit(path)
      if (entry.isFile() && rolloutName.test(entry.name)) found.set(path, bytesAt(join(home, path)))
    }
  }
  visit('sessions')
  visit('archived_sessions')
  return found
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function bytesAt(path: string): Buffer | null {
  try {
    const bytes = readFileSync(path)
    return path.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes
  } catch {
    return null
  }
}

function threadOf(path: string): string {
  return rolloutName.exec(basename(path))?.[1] ?? ''
}

async function allThreads(store: ThreadStore): Promise<StoredThread[]> {
  const pages = [false, true].map((archived) =>
    store.listThreads({ pageSize: 1000, archived, includeRollouts: true }),
  )
  return (await Promise.all(pages)).flatMap(({ items }) => items)
}

/** Notes what an undamaged home holds. */
export async function intactHome(path: string): Promise<IntactHome> {
  const files = new Map<string, Buffer>()
  for (const [file, bytes] of rolloutFiles(path)) if (bytes !== null) files.set(file, bytes)
  await using store = await openLocalStore({ home: path, readOnly: true })
  const threads = await allThreads(store)
  const owners = new Map(
    threads.flatMap(({ threadId, rollouts }) =>
      (rollouts ?? []).map(({ rolloutId }) => [rolloutId, threadId] as const),
    ),
  )
  const direct = new Map(
    threads.map(({ threadId, rollouts }) => {
      const bases = (rollouts ?? []).flatMap(({ base }) => owners.get(base?.rolloutId ?? '') ?? [])
      return [threadId, bases] as const
    }),
  )
  const needs = (threadId: string): string[] => [
    threadId,
    ...(direct.get(threadId) ?? []).filter((id) => id !== threadId).flatMap(needs),
  ]
  return { path, files, needs: new Map([...direct.keys()].map((id) => [id, new Set(needs(id))])) }
}

/** The threads of a damaged home of which nothing is damaged. */
export function undamagedThreads(path: string, intact: IntactHome): ReadonlySet<string> {
  const now = rolloutFiles(path)
  const touched = new Set<string>()
  for (const [file, bytes] of intact.files) {
    if (now.get(file)?.equals(bytes) !== true) touched.add(threadOf(file))
  }
  for (const file of now.keys()) if (!intact.files.has(file)) touched.add(threadOf(file))
  const isWhole = (ids: ReadonlySet<string>): boolean => [...ids].every((id) => !touched.has(id))
  return new Set([...intact.needs].filter(([, ids]) => isWhole(ids)).map(([id]) => id))
}

/** Scans, lists, exports and migrates a home, and holds it to what a damaged home may say. */
export async function checkReading(path: string, undamaged: ReadonlySet<string>): Promise<void> {
  const files = rolloutFiles(path)
  const opened = await answerOf(openLocalStore({ home: path, readOnly: true }))
  if (typeof opened === 'string') {
    expect({ opened, undamaged }).toEqual({ opened, undamaged: new Set() })
    return
  }
  await using store = opened
  const places: FoundPlace[] = []
  const scan = await store.scan({ onPlace: (found) => void places.push(found) })
  expect(JSON.stringify(scan)).not.toMatch(/\\n\s+at /)
  const named = new Set(places.map(({ place }) => place))
  const threads = await allThreads(store)
  const listed = new Set(threads.map(({ threadId }) => threadId))
  expect([...undamaged].filter((id) => !listed.has(id))).toEqual([])
  const given = await exported(store, threads, named)
  for (const [file, bytes] of files) {
    // A file that nobody gives back, or not as it is, has to be spoken of.
    const isGiven = bytes !== null && given.get(file)?.equals(bytes) === true
    const isNamed = named.has(file) || named.has(threadOf(file))
    expect({ file, known: isGiven || isNamed }).toEqual({ file, known: true })
    if (undamaged.has(threadOf(file))) expect({ file, isGiven }).toEqual({ file, isGiven: true })
  }
  await checkMigration(store, { threads: listed, undamaged, given })
}

/** Every byte that the store gives, by the file it comes from. */
async function exported(
  store: LocalThreadStore,
  threads: readonly StoredThread[],
  named: ReadonlySet<string>,
): Promise<Map<string, Buffer>> {
  const given = new Map<string, Buffer>()
  for (const { threadId } of threads) {
    const read = { threadId, includeArchived: true }
    await answerOf(store.loadHistory(read))
    await answerOf(store.readThread(read))
    await answerOf(store.listTurns({ ...read, pageSize: 1000, itemsView: 'full' }))
    const whole = await answerOf(store.exportThread({ threadId }))
    if (typeof whole === 'string') {
      const isNamed = [...named].some((place) => [place, threadOf(place)].includes(threadId))
      expect({ threadId, whole, isNamed }).toMatchObject({ isNamed: true })
      continue
    }
    for (const rollout of whole.rollouts) {
      const all = await answerOf(bytesOf(rollout.read()))
      if (typeof all === 'string') continue
      expect(all.length).toBe(rollout.byteCount)
      given.set(rollout.file?.name ?? '', all)
    }
  }
  return given
}

interface Expected {
  readonly threads: ReadonlySet<string>
  readonly undamaged: ReadonlySet<string>
  readonly given: ReadonlyMap<string, Buffer>
}

async function checkMigration(source: LocalThreadStore, expected: Expected): Promise<void> {
  const { threads, undamaged, given } = expected
  await using target = openMemoryStore()
  const outcomes = new Map<string, ThreadOutcome>()
  const { stopped } = await migrate({
    source,
    target,
    clock: systemClock,
    ids: systemIds,
    onEvent: (event) => {
      if (event.type === 'finished') outcomes.set(event.outcome.threadId, event.outcome)
    },
  })
  expect(stopped).toBeNull()
  expect(new Set(outcomes.keys())).toEqual(threads)
  for (const { threadId, status, reason } of outcomes.values()) {
    expect(reason ?? '').not.toMatch(/\n\s+at |internal error/)
    if (undamaged.has(threadId))
      expect({ threadId, status, reason }).toMatchObject({ status: 'proven' })
    if (status !== 'proven') {
      expect(reason).not.toBe('')
      continue
    }
    const { rollouts } = await target.exportThread({ threadId })
    for (const rollout of rollouts) {
      const { file } = rollout
      const bytes = given.get(file?.name ?? '')
      const same = bytes?.equals(await bytesOf(rollout.read()))
      expect({ file, same }).toEqual({ file, same: true })
    }
  }
}
