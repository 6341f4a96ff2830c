import { expect, test } from 'vitest'
import type { ThreadOutcome } from '../../../migrate/index.js'
import { migrationPage, type PageFacts } from './migration-page.js'
import { RunWatch } from './run-watch.js'

const threadId = '019a0000-0000-7000-8000-000000000001'
const outcome: ThreadOutcome = {
  threadId,
  status: 'failed',
  bytesSent: 10,
  bytesResumed: 0,
  bytesRead: 10,
  rollouts: [
    {
      rolloutId: threadId,
      byteCount: 10,
      itemCount: 1,
      sha256: 'ab',
      bytesSent: 10,
      bytesResumed: 0,
    },
  ],
  findings: [],
  reason: '<script>alert("1")</script> \u202e & \u0000',
}
const totals = { proven: 3, already: 0, appended: 0, busy: 0, conflict: 0, failed: 1 }
const facts: PageFacts = {
  source: '/home/<b>/.codex',
  target: 'postgres://h/d',
  version: '1.2.3',
  startedAt: '2026-11-22T12:00:00.000Z',
  durationMs: 4_000,
  result: {
    run: threadId,
    plan: { threads: [], byteCount: 0, bytesToRead: 0, bytesToSend: 0 },
    totals,
    bytesRead: 10,
    bytesSent: 10,
    bytesResumed: 0,
    left: 0,
    review: { changed: [], findings: [] },
    onlyInTarget: 0,
    unknown: [],
    stale: [],
    stopped: null,
  },
  tallies: [],
  watch: new RunWatch({ now: () => 0, sleep: async () => {} }),
  threads: [outcome],
  more: 2,
  merkleRoot: 'cafe',
  exitCode: 1,
  clean: (text) => text,
}

test('a page holds what happened and lets no name become markup', () => {
  const page = migrationPage(facts)
  for (const text of ['<script', '<b>/', '\u202e', '\u0000', 'http:', 'https:']) {
    expect(page).not.toContain(text)
  }
  expect(page).toContain('&lt;script&gt;')
  expect(page).toContain('/home/&lt;b&gt;/.codex')
  for (const text of [threadId, 'cafe', '1.2.3', 'exit code 1', '… and 2 more threads']) {
    expect(page).toContain(text)
  }
})

test('a page says only what is clean', () => {
  const page = migrationPage({ ...facts, clean: (text) => text.replace('/home/<b>/.codex', 'X') })
  expect(page).toContain('Migration of X to')
  expect(page).not.toContain('.codex')
})

test('a watch keeps the slowest threads and a curve of bounded length', () => {
  let now = 0
  const watch = new RunWatch({ now: () => now, sleep: async () => {} })
  for (let second = 0; second < 1_000; second += 1) {
    const id = `${threadId.slice(0, -4)}${String(second).padStart(4, '0')}`
    watch.see({ type: 'started', threadId: id, bytes: 1 })
    now += 1_000 + second
    watch.see({ type: 'read', threadId: id, bytes: 100 })
    watch.see({ type: 'finished', outcome: { ...outcome, threadId: id }, held: null })
  }
  expect(watch.rates.length).toBeLessThanOrEqual(240)
  expect(watch.rates.reduce((sum, bytes) => sum + bytes, 0)).toBe(100_000)
  expect(watch.slowest).toHaveLength(20)
  expect(watch.slowest[0]).toMatchObject({ durationMs: 1_999 })
  expect(watch.sizes.reduce((sum, threads) => sum + threads, 0)).toBe(1_000)
})
