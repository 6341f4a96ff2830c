import { describe, expect, test } from 'vitest'
import { dayFolder, parseRolloutName, printRolloutName, resemblesRollout } from './rollout-name.js'

const THREAD = '01a20348-e267-7813-a78b-5c0879df9d8a'
const SEGMENT = '01a20348-e3b2-7042-bbd8-0c2cad76a2de'

describe('parseRolloutName', () => {
  test('takes the thread id as rollout id where there is no other', () => {
    expect(parseRolloutName(`rollout-2026-11-22T12-43-57-${THREAD}.jsonl`)).toEqual({
      threadId: THREAD,
      rolloutId: THREAD,
      time: '2026-11-22T12-43-57',
      compressed: false,
    })
  })

  test('takes what follows an underscore as the id of a segment', () => {
    expect(parseRolloutName(`rollout-2026-11-22T12-43-58-${THREAD}_${SEGMENT}.jsonl.zst`)).toEqual({
      threadId: THREAD,
      rolloutId: SEGMENT,
      time: '2026-11-22T12-43-58',
      compressed: true,
    })
  })

  test.each([
    `.rollout-2026-11-22T12-43-57-${THREAD}.jsonl.paginated.tmp`,
    `rollout-2026-11-22T12-43-57-${THREAD}.jsonl.bak`,
    `rollout-2026-11-22T12-43-57-${THREAD}.jsonl.zst.tmp`,
    `rollout-2026-11-22-${THREAD}.jsonl`,
    `rollout-2026-11-22T12-43-57-${THREAD.toUpperCase()}.jsonl`,
    'rollout-foo.jsonl',
  ])('knows no rollout of the name %s', (name) => {
    expect(parseRolloutName(name)).toBeNull()
  })

  test('gives back what printRolloutName printed', () => {
    for (const rolloutId of [THREAD, SEGMENT]) {
      for (const compressed of [true, false]) {
        const name = { threadId: THREAD, rolloutId, time: '2026-01-02T03-04-05', compressed }
        expect(parseRolloutName(printRolloutName(name))).toEqual(name)
        expect(dayFolder(name)).toBe('2026/01/02')
      }
    }
  })
})

test('resemblesRollout takes hand-made copies for rollouts and backups for none', () => {
  expect(resemblesRollout('rollout-copy.jsonl')).toBe(true)
  expect(resemblesRollout('old.jsonl.zst')).toBe(true)
  expect(resemblesRollout('rollout-copy.jsonl.bak')).toBe(false)
  expect(resemblesRollout('.hidden.jsonl')).toBe(false)
})
