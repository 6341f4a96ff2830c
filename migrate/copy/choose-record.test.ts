import { describe, expect, test } from 'vitest'
import { newThreadRecord } from '../../src/store/new-record.js'
import { bareThread, type StoredThread } from '../../src/store/records.js'
import { chooseRecord } from './choose-record.js'
import { recordDigest } from '../verify/record-digest.js'
import { withMark } from './record-mark.js'

const early = '2026-11-22T12:00:00.000Z'
const late = '2026-11-23T12:00:00.000Z'

function record(name: string, updatedAt: string = early): StoredThread {
  const created = newThreadRecord(
    {
      threadId: '019a0000-0000-7000-8000-000000000001',
      source: 'cli',
      metadata: { cwd: '/p', modelProvider: 'openai' },
    },
    early,
  )
  return { ...bareThread(created), name, updatedAt }
}

/** What the target holds after a run sent `sent` and somebody made it `now`. */
function held(sent: StoredThread, now: StoredThread = sent): StoredThread {
  return withMark(now, { run: 'r', recordSha256: recordDigest(sent), byteCount: 0 })
}

function choice(source: StoredThread, target: StoredThread | null): [string | null, string[]] {
  const { record: chosen, findings } = chooseRecord(source, target)
  expect(chosen.extra).toBeNull()
  return [chosen.name, findings.map(({ code }) => code)]
}

describe('chooseRecord', () => {
  test('takes the source when the target has none, or the same', () => {
    expect(choice(record('a'), null)).toEqual(['a', []])
    expect(choice(record('a'), held(record('a')))).toEqual(['a', []])
  })

  test('takes the source when only the source changed', () => {
    expect(choice(record('b'), held(record('a')))).toEqual(['b', []])
  })

  test('keeps the target when only the target changed, whatever the times', () => {
    expect(choice(record('a', late), held(record('a', late), record('t')))).toEqual([
      't',
      ['RECORD_KEPT'],
    ])
  })

  test.each([
    [late, early, 'b'],
    [early, late, 't'],
    [early, early, 'b'],
  ])('takes the newer one when both changed (%s, %s)', (source, target, name) => {
    expect(choice(record('b', source), held(record('a'), record('t', target)))).toEqual([
      name,
      ['RECORD_CHANGED_TWICE'],
    ])
  })

  test('goes by the times when nobody marked the thread', () => {
    expect(choice(record('b', late), record('t'))).toEqual(['b', []])
    expect(choice(record('b'), record('t', late))).toEqual(['t', ['RECORD_KEPT']])
  })
})
