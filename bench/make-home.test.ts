import Database from 'better-sqlite3'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { hashTree, type TreeEntry } from '../test/support/hash-tree.js'
import { temporaryFolder } from '../test/support/temporary-folder.js'
import { makeHome } from './make-home.js'

interface Line {
  readonly timestamp: string
  readonly ordinal?: number
  readonly type: string
  readonly payload: {
    readonly id?: string
    readonly history_base?: {
      readonly thread_id: string
      readonly end_ordinal_exclusive: number
      readonly end_byte_offset: number
    }
  }
}

interface Rollout {
  readonly id: string
  readonly bytes: Buffer
  readonly lines: readonly Line[]
}

/** Every rollout of a home by the last id of its file name, read as one would read any home. */
function readRollouts(home: string): Map<string, Rollout> {
  const names = readdirSync(home, { recursive: true, encoding: 'utf8' })
  const rollouts = names
    .filter((name) => basename(name).startsWith('rollout-'))
    .map((name): Rollout => {
      const content = readFileSync(join(home, name))
      const bytes = name.endsWith('.zst') ? zstdDecompressSync(content) : content
      const lines = bytes
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Line)
      return { id: /([0-9a-f-]{36})\.jsonl/.exec(name)?.[1] ?? '', bytes, lines }
    })
  return new Map(rollouts.map((rollout) => [rollout.id, rollout]))
}

async function hashFiles(home: string): Promise<[string, TreeEntry][]> {
  const tree = Object.entries(await hashTree(home))
  // Databases and folders have the time at which they were made; rollouts have that of their last line.
  return tree
    .filter(([, { kind }]) => kind === 'file')
    .map(([path, entry]) => [path, path.includes('rollout-') ? entry : { ...entry, mtimeNs: '' }])
}

describe.each(['legacy', 'paginated'] as const)('a %s home', (mode) => {
  const options = { threads: 60, bytes: 2_000_000, mode, recordedAt: '/home/dev/.codex' }

  test('is the same for the same seed, and another for another', async () => {
    const first = temporaryFolder()
    const second = temporaryFolder()
    const other = temporaryFolder()
    for (const dir of [first, second]) makeHome({ ...options, dir })
    makeHome({ ...options, dir: other, seed: 2 })
    expect(await hashFiles(first)).toEqual(await hashFiles(second))
    expect(await hashFiles(other)).not.toEqual(await hashFiles(first))
  })

  test.each([
    { threads: 120, bytes: 6_000_000 },
    { threads: 300, bytes: 2_700_000 },
    { threads: 1, bytes: 5_000_000 },
  ])('of $threads threads has $bytes bytes within 5 %', (size) => {
    const dir = temporaryFolder()
    const made = makeHome({ dir, mode, ...size })
    const rollouts = [...readRollouts(dir).values()]
    const bytes = rollouts.reduce((sum, rollout) => sum + rollout.bytes.length, 0)
    expect(made).toMatchObject({ threads: size.threads, rollouts: rollouts.length, bytes })
    expect(Math.abs(bytes / size.bytes - 1)).toBeLessThan(0.05)
  })

  test('has a row for every thread, with the file it names or its compressed form', () => {
    const dir = temporaryFolder()
    const made = makeHome({ ...options, dir, recordedAt: dir })
    const state = new Database(join(dir, 'state_5.sqlite'), { readonly: true })
    const rows = state
      .prepare<[], { id: string; rollout_path: string }>('SELECT * FROM threads')
      .all()
    state.close()
    expect(rows).toHaveLength(made.threads)
    const rollouts = readRollouts(dir)
    for (const { id, rollout_path: path } of rows) {
      expect(statSync(path, { throwIfNoEntry: false }) ?? statSync(`${path}.zst`)).toBeDefined()
      const current = /([0-9a-f-]{36})\.jsonl$/.exec(path)?.[1] ?? ''
      expect(rollouts.get(current)?.lines[0]).toMatchObject({
        type: 'session_meta',
        payload: { id },
      })
    }
  })
})

test('a paginated home has contiguous ordinals, and bases at the end of a line', () => {
  const dir = temporaryFolder()
  const made = makeHome({ dir, threads: 200, bytes: 12_000_000, mode: 'paginated' })
  const rollouts = readRollouts(dir)
  let based = 0
  for (const { lines } of rollouts.values()) {
    const base = lines[0]?.payload.history_base
    const first = base?.end_ordinal_exclusive ?? 0
    expect(lines.map(({ ordinal }) => ordinal)).toEqual(lines.map((_, index) => first + index))
    if (base === undefined) continue
    based++
    const source = rollouts.get(base.thread_id)
    const before = source?.bytes.subarray(0, base.end_byte_offset).toString() ?? ''
    expect(before.endsWith('\n')).toBe(true)
    const last = JSON.parse(before.trimEnd().split('\n').at(-1) ?? '') as Line
    expect(last.ordinal).toBe(base.end_ordinal_exclusive - 1)
  }
  expect(based).toBe(made.forked + made.reverted)
  expect(made.forked).toBeGreaterThan(0)
  expect(made.reverted).toBeGreaterThan(0)
})

test('a home refuses a folder with something in it, and fewer bytes than a turn takes', () => {
  const dir = temporaryFolder()
  expect(() => makeHome({ dir, threads: 10, bytes: 10_000 })).toThrow(/need at least/)
  expect(readdirSync(dir)).toEqual([])
  makeHome({ dir: join(dir, 'home'), threads: 1 })
  expect(() => makeHome({ dir })).toThrow(/is not empty/)
})
