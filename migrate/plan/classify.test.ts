import { describe, expect, test } from 'vitest'
import { bareThread, type StoredRollout, type StoredThread } from '../../src/store/records.js'
import { newThreadRecord } from '../../src/store/new-record.js'
import { classifyRollout, classifyThread } from './classify.js'

const threadId = '019a0000-0000-7000-8000-000000000001'

function rollout(facts: Partial<StoredRollout> = {}): StoredRollout {
  return {
    rolloutId: threadId,
    base: null,
    file: null,
    byteCount: 100,
    itemCount: null,
    sha256: null,
    fingerprint: 'f1',
    ...facts,
  }
}

function thread(rollouts: readonly StoredRollout[] | null, facts = {}): StoredThread {
  const record = newThreadRecord(
    { threadId, source: 'cli', metadata: { cwd: '/p', modelProvider: 'openai' } },
    '2026-11-22T12:00:00.000Z',
  )
  return { ...bareThread(record), ...facts, rollouts }
}

describe('classifyRollout', () => {
  test.each([
    ['new', rollout(), undefined],
    ['same', rollout(), rollout()],
    ['same', rollout({ fingerprint: 'f2', sha256: 'aa' }), rollout({ sha256: 'aa' })],
    ['touched', rollout({ fingerprint: 'f2' }), rollout()],
    ['touched', rollout({ fingerprint: null }), rollout({ fingerprint: null })],
    ['grown', rollout({ byteCount: 101 }), rollout()],
    ['different', rollout({ byteCount: 99 }), rollout()],
    [
      'different',
      rollout({ base: { rolloutId: 'b', endOrdinalExclusive: 1, endByteOffset: 2 } }),
      rollout(),
    ],
  ])('says %s (%#)', (state, source, target) => {
    expect(classifyRollout(source, target)).toBe(state)
  })
})

describe('classifyThread', () => {
  const other = rollout({ rolloutId: '019a0000-0000-7000-8000-000000000002' })

  test.each([
    ['new', thread([rollout()]), null],
    ['same', thread([rollout()]), thread([rollout()])],
    ['same', thread([rollout()], { rolloutPath: '/a' }), thread([rollout()])],
    ['changed', thread([rollout()], { name: 'n' }), thread([rollout()])],
    ['grown', thread([rollout(), other]), thread([rollout()])],
    ['touched', thread([rollout({ fingerprint: 'x' })]), thread([rollout()])],
    ['different', thread([rollout()]), thread([rollout(), other])],
    ['different', thread([rollout({ byteCount: 1 }), other]), thread([rollout()])],
    ['unknown', thread(null), thread([rollout()])],
  ])('says %s (%#)', (state, source, target) => {
    expect(classifyThread(source, target)).toBe(state)
  })
})
