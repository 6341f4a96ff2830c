import { expect, test } from 'vitest'
import { chooseCurrent, chooseRollouts } from './choose-rollouts.js'
import { printRolloutName } from './rollout-name.js'
import type { RolloutEntry } from './rollout-tree.js'

const THREAD = '01a20348-e267-7813-a78b-5c0879df9d8a'
const SEGMENT = '01a20348-e3b2-7042-bbd8-0c2cad76a2de'
const LATER = '01a20348-e3b2-7042-bbd8-0c2cad76a2df'

function entry(more: Partial<RolloutEntry> = {}): RolloutEntry {
  const name = {
    threadId: THREAD,
    rolloutId: THREAD,
    time: '2026-11-22T12-43-57',
    compressed: false,
  }
  const archived = more.archived ?? false
  const file = `${archived ? 'archived_sessions' : 'sessions/2026/11/22'}/${printRolloutName({ ...name, ...more })}`
  return { ...name, ...more, archived, file, path: `/home/${file}` }
}

const plain = entry()
const packed = entry({ compressed: true })
const archived = entry({ archived: true })
const newer = entry({ time: '2026-11-22T12-43-58' })

test.each([
  ['plain over compressed', [packed, plain], null, plain],
  ['active over archived', [archived, plain], null, plain],
  ['the newer name over the older', [plain, newer], null, newer],
  ['the one the row names over every other', [plain, newer, archived], archived.path, archived],
  [
    'the one the row names where the home was',
    [newer, plain],
    plain.path.replace('/home', '/old'),
    plain,
  ],
] as const)('chooseRollouts prefers %s', (_what, entries, rowPath, chosen) => {
  const { rollouts, duplicates } = chooseRollouts(entries, rowPath)
  expect(rollouts).toEqual([chosen])
  expect(duplicates).toHaveLength(entries.length - 1)
})

test('chooseCurrent follows the row, and without it the bases', () => {
  const segments = [plain, entry({ rolloutId: SEGMENT }), entry({ rolloutId: LATER })]
  const [first, second, third] = segments
  const bases = new Map([
    [second, THREAD],
    [third, SEGMENT],
  ])
  const baseOf = (found: RolloutEntry): string | null => bases.get(found) ?? null
  expect(chooseCurrent(segments, second?.path ?? null, baseOf)).toBe(second)
  expect(chooseCurrent(segments, null, baseOf)).toBe(third)
  expect(chooseCurrent(segments, '/elsewhere/unknown.jsonl', baseOf)).toBe(third)
  expect(chooseCurrent([], null, baseOf)).toBeNull()
  expect(chooseCurrent(segments.slice(0, 1), null, baseOf)).toBe(first)
})
